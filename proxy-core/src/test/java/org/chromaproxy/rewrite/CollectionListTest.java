package org.chromaproxy.rewrite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CollectionListTest {
    private static final String[] INSTANCE = {
        "00000000-0000-4000-8000-00000000000a",
        "00000000-0000-4000-8000-00000000000b",
        "00000000-0000-4000-8000-00000000000c",
        "00000000-0000-4000-8000-00000000000d"
    };
    private static final String EARLY = "0198a3c4-0000-7000-8000-000000000001";
    private static final String LATE = "0198a3c4-0000-7000-8000-000000000002";
    /** Adopted, and beyond what a signed comparison orders rightly. */
    private static final String ADOPTED = "f79f0bf9-21c5-4ea9-830c-93986d541f37";

    private static final Map<UUID, UUID> PUBLIC = Map.of(
            UUID.fromString(INSTANCE[0]), UUID.fromString(ADOPTED),
            UUID.fromString(INSTANCE[1]), UUID.fromString(LATE),
            UUID.fromString(INSTANCE[3]), UUID.fromString(EARLY));

    private static Optional<UUID> publicId(UUID instanceId) {
        return Optional.ofNullable(PUBLIC.get(instanceId));
    }

    private static String collection(String id, int number) {
        return "{\"id\":\"" + id + "\",\"name\":\"n" + number + "\",\"metadata\":{\"x\":[1]}}";
    }

    private static String list(long offset, long limit) {
        StringBuilder body = new StringBuilder("[ ");
        for (int i = 0; i < INSTANCE.length; i++) {
            body.append(i == 0 ? "" : " , ").append(collection(INSTANCE[i], i));
        }
        byte[] bytes = body.append("]").toString().getBytes(StandardCharsets.UTF_8);
        return CollectionList.rewrite(bytes, CollectionListTest::publicId, offset, limit)
                .map(list -> new String(list, StandardCharsets.UTF_8))
                .orElseThrow();
    }

    @Test
    void collectionsAppearUnderPublicIdsInTheirOrderAndHiddenOnesNotAtAll() {
        String expected = "[" + collection(EARLY, 3) + "," + collection(LATE, 1) + "," + collection(ADOPTED, 0) + "]";
        assertEquals(expected, list(0, Long.MAX_VALUE));
    }

    @Test
    void pagesAreCutAfterOrdering() {
        assertEquals("[" + collection(LATE, 1) + "]", list(1, 1));
        assertEquals("[" + collection(ADOPTED, 0) + "]", list(2, 10));
        assertEquals("[]", list(3, 10));
        assertEquals("[]", list(0, 0));
    }

    @Test
    void anythingElseIsNotRewritten() {
        byte[] error = "{\"error\":\"e\",\"message\":\"m\"}".getBytes(StandardCharsets.UTF_8);
        assertEquals(Optional.empty(), CollectionList.rewrite(error, CollectionListTest::publicId, 0, 10));
    }
}
