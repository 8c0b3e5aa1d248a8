package org.chromaproxy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** The bodies of one history, each parsed once: the judge and every server read the same ones. Nobody changes the trees, or the bytes. */
final class Bodies {
    private final Map<ByteBuffer, JsonNode> trees = new HashMap<>();

    JsonNode tree(byte[] body) {
        return trees.computeIfAbsent(ByteBuffer.wrap(body), _ -> ModelCollection.parse(body));
    }
}
