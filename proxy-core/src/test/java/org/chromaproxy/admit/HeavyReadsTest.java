package org.chromaproxy.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeavyReadsTest {
    private final List<String> order = new ArrayList<>();
    private final List<HeavyReads.Turn> turns = new ArrayList<>();
    private int servers = 2;
    private final HeavyReads reads = new HeavyReads(() -> servers);
    private final PrincipalUse loud = PrincipalUse.unbounded();
    private final PrincipalUse calm = PrincipalUse.unbounded();

    private Optional<HeavyReads.Waiting> await(PrincipalUse who, String name) {
        return reads.await(who, Runnable::run, turn -> {
            order.add(name);
            turns.add(turn);
        });
    }

    @Test
    void oneServerIsAlwaysFreeOfThem() {
        servers = 3;
        HeavyReads.Turn first = reads.enter().orElseThrow();
        assertTrue(reads.enter().isPresent());
        assertTrue(reads.enter().isEmpty());
        servers = 2;
        first.end();
        assertTrue(reads.enter().isEmpty());
        assertEquals(1, reads.underWay());
    }

    @Test
    void oneServerExecutesOneAtATime() {
        servers = 1;
        assertTrue(reads.enter().isPresent());
        assertTrue(reads.enter().isEmpty());
    }

    @Test
    void turnsGoRoundThePrincipals() {
        HeavyReads.Turn first = reads.enter().orElseThrow();
        await(loud, "loud 1");
        await(loud, "loud 2");
        await(loud, "loud 3");
        await(calm, "calm 1");
        assertEquals(List.of(), order);
        first.end();
        first.end();
        assertEquals(List.of("loud 1"), order);
        for (int i = 0; i < 3; i++) {
            assertTrue(reads.enter().isEmpty(), "nobody overtakes");
            turns.get(i).end();
        }
        assertEquals(List.of("loud 1", "calm 1", "loud 2", "loud 3"), order);
        turns.getLast().end();
        assertEquals(0, reads.underWay());
    }

    @Test
    void soManyWait() {
        HeavyReads.Turn first = reads.enter().orElseThrow();
        for (int i = 0; i < HeavyReads.WAITING_EACH; i++) {
            assertTrue(await(loud, "loud").isPresent());
        }
        assertTrue(await(loud, "more").isEmpty());
        Optional<HeavyReads.Waiting> calms = await(calm, "calm");
        assertTrue(calms.orElseThrow().giveUp());
        assertFalse(calms.orElseThrow().giveUp());
        while (reads.waiting() < HeavyReads.WAITING) {
            assertTrue(await(PrincipalUse.unbounded(), "another").isPresent());
        }
        assertTrue(await(calm, "calm").isEmpty());
        first.end();
        assertEquals(List.of("loud"), order);
    }
}
