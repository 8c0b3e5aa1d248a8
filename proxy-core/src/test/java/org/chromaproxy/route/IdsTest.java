package org.chromaproxy.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {
    private static final UUID ID = UUID.fromString("679f0bf9-21c5-4ea9-830c-93986d541f37");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "679f0bf9-21c5-4ea9-830c-93986d541f37",
                "679F0BF9-21C5-4EA9-830C-93986D541F37",
                "679f0bf921c54ea9830c93986d541f37",
                "679F0bf921c54EA9830c93986d541F37",
                "urn:uuid:679f0bf9-21c5-4ea9-830c-93986d541f37",
                "{679f0bf9-21c5-4ea9-830c-93986d541f37}"
            })
    void everySpellingThatChromaAccepts(String text) {
        assertEquals(Optional.of(ID), CollectionIds.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "global",
                "679f0bf9-21c5-4ea9-830c-93986d541f3",
                "679f0bf9-21c5-4ea9-830c-93986d541f3g",
                "679f0bf9-21c5-4ea9-830c093986d541f37",
                "679f0bf9-21c54-ea9-830c-93986d541f37",
                "{679f0bf921c54ea9830c93986d541f37}",
                "urn:uuid:679f0bf921c54ea9830c93986d541f37",
                "URN:UUID:679f0bf9-21c5-4ea9-830c-93986d541f37",
                "679f0bf9-21c5-4ea9-830c-93986d541f37 ",
                "1-1-1-1-1",
                "\uff16\uff17\uff19f0bf921c54ea9830c93986d541f37"
            })
    void whatChromaRefusesIsAName(String text) {
        assertEquals(Optional.empty(), CollectionIds.parse(text));
    }

    @Test
    void mintedIdsGrowEvenWhenTheClockStepsBackOrStands() {
        long[] now = {1_800_000_000_000L};
        InstantSource clock = () -> Instant.ofEpochMilli(now[0]);
        PublicIds ids = new PublicIds(clock, new Random(7));
        UUID before = ids.mint();
        for (int i = 0; i < 10_000; i++) {
            if (i == 5_000) {
                now[0] -= 60_000;
            }
            UUID next = ids.mint();
            assertTrue(next.toString().compareTo(before.toString()) > 0, before + " then " + next);
            assertEquals(7, next.version());
            assertEquals(2, next.variant());
            before = next;
        }
    }

    @Test
    void aMintedIdBeginsWithTheTime() {
        PublicIds ids = new PublicIds(() -> Instant.ofEpochMilli(0x0198_a3c4_1234L), new Random(7));
        assertTrue(ids.mint().toString().startsWith("0198a3c4-1234-7"));
    }

    @Test
    void databaseIdsDependOnBothNamesAndNothingElse() {
        UUID id = DatabaseIds.stable("a", "bc");
        assertEquals(id, DatabaseIds.stable("a", "bc"));
        assertNotEquals(id, DatabaseIds.stable("ab", "c"));
        assertEquals(8, id.version());
        assertEquals(2, id.variant());
    }

    @Test
    void theDefaultDatabaseIsAllZeros() {
        assertEquals(new UUID(0, 0), DatabaseIds.stable("default_tenant", "default_database"));
        assertNotEquals(new UUID(0, 0), DatabaseIds.stable("default_tenant", "other"));
    }
}
