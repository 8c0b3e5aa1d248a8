package org.chromaproxy.acceptance.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The real Python client, driven by a script on a bare server and through the proxy. */
public final class PythonClient {
    private static final PythonScripts PYTHON = PythonScripts.ofClient();

    private final Path folder;
    private final String bare;
    private final String proxy;

    /**
     * @param folder where scripts and their output are put
     * @param bare the bare server's address
     * @param proxy the proxy's
     */
    public PythonClient(Path folder, String bare, String proxy) {
        this.folder = folder;
        this.bare = bare;
        this.proxy = proxy;
    }

    /** Fails unless the client saw the same on both, step by step. */
    public void assertSame(int steps, String script, String... arguments) throws Exception {
        JsonNode wanted = transcript(bare, script, arguments);
        assertTrue(wanted.size() > steps, "the script ran to its end on the bare server");
        JsonNode got = transcript(proxy, script, arguments);
        assertEquals(List.of(), Transcripts.differences(wanted, got, PythonClient::better));
    }

    private JsonNode transcript(String url, String script, String... arguments) throws Exception {
        URI server = URI.create(url);
        List<String> all = new ArrayList<>(List.of(server.getHost(), Integer.toString(server.getPort())));
        all.addAll(List.of(arguments));
        return Json.parse(PYTHON.run(script, folder, all.toArray(new String[0])));
    }

    /**
     * Where the proxy says more than a server: why there is no reset, and which name a rename found in use. An array in a
     * collection's metadata, which ends the connection to Chroma where it is looked at, is refused where it is not. And the
     * proxy finds collections by their ids, which the older releases have no endpoint for.
     */
    private static boolean better(JsonNode wanted, JsonNode got) {
        String what = wanted.path("what").asText();
        boolean refused = got.has("error") || got.path("status").asInt() == 422;
        boolean clearer =
                refused && (List.of("reset", "rename onto another").contains(what) || what.contains("{\"a\":[1,2]}"));
        boolean newer = List.of("by id", "by unknown id").contains(what)
                && wanted.path("error").asText().equals("Exception");
        return got.path("what").asText().equals(what) && (clearer || newer);
    }
}
