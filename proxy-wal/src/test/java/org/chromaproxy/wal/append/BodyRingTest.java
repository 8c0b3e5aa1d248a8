package org.chromaproxy.wal.append;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BodyRingTest {
    private static final int BYTES = 2_500_000;

    private record Added(long at, byte[] body) {}

    @Test
    void theLastBodiesThatFitAreReadAsTheyWereAddedHoweverOftenItGoesRound() {
        BodyRing ring = new BodyRing(BYTES);
        Random random = new Random(1);
        ArrayDeque<Added> kept = new ArrayDeque<>();
        long held = 0;
        for (int round = 0; round < 200; round++) {
            byte[] body = new byte[random.nextInt(round % 10 == 0 ? 2_400_000 : 50_000)];
            random.nextBytes(body);
            kept.add(new Added(ring.end(), body));
            held += body.length;
            ring.add(body);
            while (held > BYTES) {
                held -= kept.removeFirst().body().length;
            }
            kept.forEach(added -> assertArrayEquals(added.body(), ring.get(added.at(), added.body().length)));
        }
    }
}
