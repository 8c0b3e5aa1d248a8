package org.chromaproxy.acceptance.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;

/**
 * Writes a transcript of what a client in this JVM sees. UUIDs are numbered in order of appearance and the server's address is
 * left out, so that two servers give the same transcript.
 */
public final class TranscriptRecorder {
    private static final Pattern UUID =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", Pattern.CASE_INSENSITIVE);

    /** Chroma prints a map of its own in no order. */
    private static final Pattern LENGTH = Pattern.compile("length \\[\\{.*?}]");

    private final String address;
    private final Map<String, String> numbers = new HashMap<>();
    private final ArrayNode steps = Json.array();

    /** @param url the server's, which texts may name */
    public TranscriptRecorder(String url) {
        this.address = URI.create(url).getAuthority();
    }

    /** Does it and notes its result, which is anything that Jackson can write, or its exception. */
    public void step(String what, Callable<?> action) {
        ObjectNode step = Json.object("what", what);
        try {
            step.set("result", Json.array(action.call()).get(0));
        } catch (Exception e) {
            step.put("error", e.getClass().getName());
            step.put("message", e.getMessage());
        }
        steps.add(Json.parse(neutral(step.toString())));
    }

    /** The same for what has no result. */
    public void step(String what, Runnable action) {
        step(what, () -> {
            action.run();
            return null;
        });
    }

    /** What was noted so far. */
    public JsonNode steps() {
        return steps;
    }

    private byte[] neutral(String text) {
        String numbered = UUID.matcher(text)
                .replaceAll(found -> numbers.computeIfAbsent(found.group(), _ -> "#" + (numbers.size() + 1)));
        return LENGTH.matcher(numbered)
                .replaceAll("length")
                .replace(address, "SERVER")
                .getBytes(UTF_8);
    }
}
