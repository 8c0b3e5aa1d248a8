package org.chromaproxy.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.scan.IdScan;

/**
 * Fuzz target: several bodies, separated by a byte 0x1E, made one. Each that is taken has known keys, each once, with
 * arrays as long as its ids, or null; the merged arrays are theirs one behind the other, token for token, numbers by their text;
 * and one that is not JSON spoils the whole request, so that the server refuses it.
 */
public final class SpliceTarget {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private static final Set<String> KEYS = Set.of("ids", "embeddings", "metadatas", "documents", "uris");
    private static final byte SEPARATOR = 0x1e;
    private static final int MOST = 8;

    private SpliceTarget() {}

    /** For Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        List<RecordArrays> parts = new ArrayList<>();
        List<Optional<Map<String, List<List<String>>>>> trees = new ArrayList<>();
        for (byte[] body : bodies(input)) {
            Optional<RecordArrays> arrays = RecordArrays.of(body);
            Optional<Map<String, List<List<String>>>> tree = records(body);
            arrays.ifPresent(found -> {
                asTheTreeSays(found, tree, body);
                if (parts.stream().allMatch(found::fits)) {
                    parts.add(found);
                    trees.add(tree);
                }
            });
        }
        if (!parts.isEmpty()) {
            merged(parts, trees, input);
        }
    }

    private static List<byte[]> bodies(byte[] input) {
        List<byte[]> bodies = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= input.length && bodies.size() < MOST; i++) {
            if (i == input.length || input[i] == SEPARATOR) {
                bodies.add(Arrays.copyOfRange(input, start, i));
                start = i + 1;
            }
        }
        return bodies;
    }

    private static String shown(byte[] body) {
        return new String(body, StandardCharsets.ISO_8859_1);
    }

    private static void asTheTreeSays(
            RecordArrays arrays, Optional<Map<String, List<List<String>>>> tree, byte[] body) {
        assertTrue(arrays.records() > 0, shown(body));
        tree.ifPresent(members -> {
            assertTrue(KEYS.containsAll(members.keySet()), shown(body));
            members.forEach((key, elements) -> assertEquals(arrays.records(), elements.size(), shown(body)));
        });
        // What the merger goes by is the scan's ids: they must be as many.
        if (IdScan.of(body) instanceof Footprint.Ids named) {
            assertEquals(arrays.records(), named.ids().size(), shown(body));
        }
    }

    private static void merged(
            List<RecordArrays> parts, List<Optional<Map<String, List<List<String>>>>> trees, byte[] input) {
        byte[] one = Splice.of(parts);
        Optional<Map<String, List<List<String>>>> together = records(one);
        if (trees.stream().anyMatch(Optional::isEmpty)) {
            assertFalse(together.isPresent(), () -> shown(input) + " became " + shown(one));
            return;
        }
        Map<String, List<List<String>>> expected = new LinkedHashMap<>();
        for (RecordArrays.Key key : RecordArrays.Key.values()) {
            if (parts.stream().anyMatch(part -> part.has(key))) {
                List<List<String>> all = new ArrayList<>();
                for (int i = 0; i < parts.size(); i++) {
                    List<List<String>> own = trees.get(i).orElseThrow().get(key.text);
                    int records = parts.get(i).records();
                    for (int each = 0; each < records; each++) {
                        all.add(own == null ? List.of("VALUE_NULL null") : own.get(each));
                    }
                }
                expected.put(key.text, all);
            }
        }
        assertEquals(Optional.of(expected), together, () -> shown(input) + " became " + shown(one));
    }

    /**
     * The members of an object of arrays, each element as its tokens with their text, those that are null left out; empty if
     * it is anything else.
     */
    private static Optional<Map<String, List<List<String>>>> records(byte[] body) {
        Map<String, List<List<String>>> members = new LinkedHashMap<>();
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
            JSON.readTree(text);
            try (JsonParser parser = JSON.createParser(text)) {
                if (text.startsWith("\ufeff") || parser.nextToken() != JsonToken.START_OBJECT) {
                    return Optional.empty();
                }
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String key = parser.currentName();
                    JsonToken value = parser.nextToken();
                    if (value == JsonToken.START_ARRAY) {
                        members.put(key, elements(parser));
                    } else if (value != JsonToken.VALUE_NULL) {
                        return Optional.empty();
                    }
                }
                return parser.nextToken() == null ? Optional.of(members) : Optional.empty();
            }
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static List<List<String>> elements(JsonParser parser) throws IOException {
        List<List<String>> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            List<String> tokens = new ArrayList<>();
            int depth = 0;
            do {
                JsonToken token = parser.currentToken();
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                tokens.add(token + " " + parser.getText());
            } while (depth > 0 && parser.nextToken() != null);
            elements.add(tokens);
        }
        return elements;
    }
}
