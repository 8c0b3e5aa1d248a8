package org.chromaproxy.acceptance.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;

/** What a client saw, step by step, as an array of objects with a {@code what} and a result or an error. */
public final class Transcripts {
    private Transcripts() {}

    /**
     * The steps in which two servers differ, each with both answers; none when a client cannot tell them apart.
     *
     * @param allowed whether a step's difference, first the bare server's answer, then the proxy's, is as it should be
     */
    public static List<String> differences(JsonNode seen, JsonNode proxy, BiPredicate<JsonNode, JsonNode> allowed) {
        // The older releases have a slip here; the proxy's own answers are those of the newest.
        JsonNode bare = Json.parse(
                seen.toString().replace("does not exists", "does not exist").getBytes(UTF_8));
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < Math.max(bare.size(), proxy.size()); i++) {
            if (!bare.path(i).equals(proxy.path(i)) && !allowed.test(bare.path(i), proxy.path(i))) {
                differences.add("\nbare  " + bare.path(i) + "\nproxy " + proxy.path(i));
            }
        }
        return differences;
    }

    /** The same where nothing may differ. */
    public static List<String> differences(JsonNode bare, JsonNode proxy) {
        return differences(bare, proxy, (_, _) -> false);
    }
}
