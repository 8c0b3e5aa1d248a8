package org.chromaproxy.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.chromaproxy.local.ChromaInstallation;
import org.chromaproxy.local.ChromaServer;
import org.chromaproxy.simulation.Comparison.Difference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The simulation's servers answer as a real one does, and hold the same in the end: random sequences of requests, each in a database of its
 * own. {@code -Dmodel.sequences=10000 -Dmodel.from=1} compares more than a slice of them, {@code -Dchroma.release=1.0.5} with another release.
 */
class ModelServerIT {
    private static final int SEQUENCES = Integer.getInteger("model.sequences", 40);
    private static final long FROM = Long.getLong("model.from", 1);
    private static final int MOST_TOLD = 5;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path home;

    @SuppressWarnings("NullAway.Init")
    private static ChromaServer server;

    @SuppressWarnings("NullAway.Init")
    private static Chroma chroma;

    private final ChromaInstallation installation = ChromaInstallation.ofServer(0);

    @BeforeAll
    static void startChroma() {
        server = ChromaServer.start(home, 0).awaitReady(Duration.ofSeconds(60));
        chroma = new Chroma(server.url());
    }

    @AfterAll
    static void stopChroma() {
        chroma.close();
        server.close();
    }

    @Test
    void theModelAnswersAsChromaDoes() {
        List<String> different = new ArrayList<>();
        // One after the other: a server that is deleting a database may answer others that its own is locked.
        for (long seed = FROM; seed < FROM + SEQUENCES && different.size() < MOST_TOLD; seed++) {
            long drawn = seed;
            compare(Steps.of(seed)).ifPresent(found -> different.add(told(drawn, found)));
        }

        assertEquals(List.of(), different, String.join("\n", different));
    }

    private Optional<Difference> compare(List<Step> steps) {
        return Comparison.of(steps, installation.release(), chroma);
    }

    private String told(long seed, Difference found) {
        List<Step> whole = Steps.of(seed);
        List<Step> some = Comparison.shortened(whole, found.kind(), this::compare);
        String text = compare(some).map(Difference::text).orElse("(not again) " + found.text());
        return "seed " + seed + ", " + some.size() + " of " + whole.size() + " steps:\n    " + text;
    }
}
