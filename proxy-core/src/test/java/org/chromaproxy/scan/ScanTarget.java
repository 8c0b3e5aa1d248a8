package org.chromaproxy.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.chromaproxy.support.Pieces;

/**
 * Fuzz target: what is read out of a write's body, against a tree of the whole of it. The first byte says how it is cut
 * up. The result does not depend on the cuts; it is what the tree holds; and a body is understood if, and only if, the
 * tree says that it has the right shape.
 */
public final class ScanTarget {
    /** Same bounds as the scans, but another parser, and one that reads all of it. */
    private static final ObjectMapper TREES = new ObjectMapper(ClientJson.once())
            .enable(com.fasterxml.jackson.core.JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private static final long MAX_LIMIT = (1L << 32) - 1;

    private ScanTarget() {}

    /** For Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < 2) {
            return;
        }
        byte[] body = Arrays.copyOfRange(input, 1, input.length);
        List<byte[]> pieces = Pieces.of(body, Math.max(1, input[0] & 0xff));
        ids(body, pieces);
        delete(body, pieces);
        names(body, pieces);
    }

    private static String shown(byte[] body) {
        return new String(body, StandardCharsets.ISO_8859_1);
    }

    /** The first value of the body, if it is JSON, in UTF-8, and no key in it comes twice. */
    private static Optional<JsonNode> tree(byte[] body) {
        Optional<String> text = text(body);
        try {
            return text.isEmpty() || text.get().startsWith("\ufeff")
                    ? Optional.empty()
                    : Optional.ofNullable(TREES.readTree(text.get()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Nothing if it is not UTF-8. */
    private static Optional<String> text(byte[] body) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static Optional<List<String>> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        for (JsonNode element : array) {
            if (!element.isTextual() || !BodyScan.wellFormed(element.asText())) {
                return Optional.empty();
            }
            strings.add(element.asText());
        }
        return array.isArray() ? Optional.of(strings) : Optional.empty();
    }

    private static void ids(byte[] body, List<byte[]> pieces) {
        Footprint whole = IdScan.of(body);
        IdScan scan = new IdScan();
        int fed = 0;
        for (byte[] piece : pieces) {
            if (!scan.done()) {
                scan.feed(piece, 0, piece.length);
                fed += piece.length;
            }
        }
        Footprint cut = scan.finish();
        assertEquals(whole instanceof Footprint.Ids, cut instanceof Footprint.Ids, shown(body));
        if (whole instanceof Footprint.Ids found) {
            assertEquals(found, cut, shown(body));
            listedWhereTheScanStopped(found, body, fed);
        }
        Optional<JsonNode> tree = tree(body).filter(JsonNode::isObject);
        if (tree.isPresent()) {
            Optional<List<String>> listed =
                    Optional.ofNullable(tree.get().get("ids")).flatMap(ScanTarget::strings);
            Optional<List<String>> scanned =
                    whole instanceof Footprint.Ids found ? Optional.of(found.ids()) : Optional.empty();
            assertEquals(listed, scanned, shown(body));
        }
    }

    /** Behind the ids nothing was looked at; up to there it must have been the beginning of an object with these ids. */
    private static void listedWhereTheScanStopped(Footprint.Ids found, byte[] body, int fed) {
        for (int end = 1; end <= fed; end++) {
            if (body[end - 1] == ']') {
                byte[] closed = Arrays.copyOf(body, end + 1);
                closed[end] = '}';
                Optional<JsonNode> tree = tree(closed);
                if (tree.isPresent() && tree.get().has("ids")) {
                    assertEquals(Optional.of(found.ids()), strings(tree.get().get("ids")), shown(body));
                    return;
                }
            }
        }
        if (text(Arrays.copyOf(body, fed)).isEmpty()) {
            // Whatever Jackson makes of the bytes: Chroma refuses such a body.
            return;
        }
        // Only a key that comes twice, in front of or inside what was passed over, keeps a tree from being made.
        assertTrue(shown(body).chars().filter(c -> c == ':').count() > 2, () -> "no such beginning: " + shown(body));
    }

    private static void delete(byte[] body, List<byte[]> pieces) {
        DeleteBody whole = DeleteScan.of(body);
        DeleteScan scan = new DeleteScan();
        pieces.forEach(piece -> scan.feed(piece, 0, piece.length));
        DeleteBody cut = scan.finish();
        assertEquals(whole.understood(), cut.understood(), shown(body));
        Optional<JsonNode> tree = tree(body);
        if (whole.understood()) {
            assertEquals(whole, cut, shown(body));
            tree.ifPresent(found -> sameDelete(whole, found, body));
            resolvable(whole, body);
        } else {
            tree.ifPresent(found -> assertFalse(deletes(found), () -> "not understood: " + shown(body)));
        }
    }

    private static boolean deletes(JsonNode tree) {
        boolean right = tree.isObject();
        for (Map.Entry<String, JsonNode> member : tree.properties()) {
            JsonNode value = member.getValue();
            right &= !member.getKey().equals("ids")
                    || value.isNull()
                    || strings(value).isPresent();
        }
        return right;
    }

    private static void sameDelete(DeleteBody scanned, JsonNode tree, byte[] body) {
        assertTrue(deletes(tree), () -> "understood, but of the wrong shape: " + shown(body));
        assertEquals(tree.hasNonNull("where") || tree.hasNonNull("where_document"), scanned.filtered());
        if (!scanned.filtered()) {
            assertEquals(
                    new Footprint.Ids(strings(tree.path("ids")).orElse(List.of())), scanned.footprint(), shown(body));
        }
        JsonNode limit = tree.path("limit");
        boolean taken = limit.isIntegralNumber()
                && limit.canConvertToLong()
                && limit.asLong() >= 0
                && limit.asLong() <= MAX_LIMIT;
        assertEquals(tree.hasNonNull("limit"), scanned.limited(), shown(body));
        assertEquals(taken, scanned.limit().isPresent(), shown(body));
        scanned.limit().ifPresent(most -> assertEquals(limit.asLong(), most));
        sameSlice(scanned.ids(), tree.path("ids"), body);
        sameSlice(scanned.where(), tree.path("where"), body);
        sameSlice(scanned.whereDocument(), tree.path("where_document"), body);
    }

    private static void sameSlice(Optional<Slice> slice, JsonNode expected, byte[] body) {
        assertEquals(!expected.isMissingNode() && !expected.isNull(), slice.isPresent(), shown(body));
        assertEquals(expected.isValueNode() && !expected.isNull(), slice.equals(Optional.of(DeleteBody.NO_FILTER)));
        slice.filter(place -> !place.equals(DeleteBody.NO_FILTER))
                .ifPresent(place -> assertEquals(
                        Optional.of(expected),
                        tree(Arrays.copyOfRange(body, place.start(), place.end())),
                        shown(body)));
    }

    /** What is asked instead of the delete is JSON itself. */
    private static void resolvable(DeleteBody delete, byte[] body) {
        if (tree(body).isPresent()) {
            for (byte[] asked :
                    List.of(delete.resolvingGet(body), delete.withoutEffect(body), delete.withoutLimit(body))) {
                assertTrue(tree(asked).isPresent(), () -> shown(body) + " becomes " + shown(asked));
            }
        }
    }

    @SuppressWarnings("OptionalMapToOptional") // A body that is none, and one without a new name, are not the same.
    private static void names(byte[] body, List<byte[]> pieces) {
        Optional<CreateScan.Body> create = CreateScan.of(body);
        Optional<ModifyScan.Body> modify = ModifyScan.of(body);
        CreateScan creating = new CreateScan();
        ModifyScan modifying = new ModifyScan();
        pieces.forEach(piece -> creating.feed(piece, 0, piece.length));
        pieces.forEach(piece -> modifying.feed(piece, 0, piece.length));
        assertEquals(create, creating.finish(), shown(body));
        assertEquals(modify, modifying.finish(), shown(body));
        tree(body).ifPresent(tree -> {
            assertEquals(created(tree), create.map(found -> List.of(found.name(), found.getOrCreate())), shown(body));
            assertTrue(create.isEmpty()
                    || !structured(tree.path("metadata"))
                    || !create.get().structured().isEmpty());
            assertEquals(renamed(tree), modify.map(ModifyScan.Body::newName), shown(body));
            assertTrue(modify.isEmpty()
                    || !structured(tree.path("new_metadata"))
                    || !modify.get().structured().isEmpty());
        });
    }

    private static boolean structured(JsonNode map) {
        return map.isObject() && map.valueStream().anyMatch(JsonNode::isContainerNode);
    }

    private static Optional<List<Object>> created(JsonNode tree) {
        JsonNode flag = tree.path("get_or_create");
        JsonNode name = tree.path("name");
        boolean right = tree.isObject() && (flag.isMissingNode() || flag.isBoolean()) && name.isTextual();
        return right && BodyScan.wellFormed(name.asText())
                ? Optional.of(List.of(name.asText(), flag.asBoolean()))
                : Optional.empty();
    }

    private static Optional<Optional<String>> renamed(JsonNode tree) {
        JsonNode name = tree.path("new_name");
        boolean none = name.isMissingNode() || name.getNodeType() == JsonNodeType.NULL;
        if (!tree.isObject() || !(none || name.isTextual()) || !BodyScan.wellFormed(name.asText())) {
            return Optional.empty();
        }
        return Optional.of(none ? Optional.empty() : Optional.of(name.asText()));
    }
}
