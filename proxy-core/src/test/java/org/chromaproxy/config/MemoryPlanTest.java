package org.chromaproxy.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the memory is divided into. */
class MemoryPlanTest {
    private static final int MIB = 1 << 20;

    private static MemoryPlan of(int memoryMb, int bodyMb) {
        return new MemoryPlan(memoryMb, bodyMb * MIB, false);
    }

    @Test
    void theLauncherGivesWhatTheProgramReckonsWith() throws IOException {
        String launcher = Files.readString(Path.of("..", "bin", "chroma-proxy"));
        String options = Files.readString(Path.of("..", "conf", "jvm.options"));
        String heap = "-Xmx$((memory * " + MemoryPlan.HEAP_PERCENT + " / 100))m";
        String direct = "-XX:MaxDirectMemorySize=$((memory * " + MemoryPlan.DIRECT_PERCENT + " / 100))m";
        assertTrue(launcher.contains(heap), heap);
        assertTrue(launcher.contains(direct), direct);
        String words = "heap " + MemoryPlan.HEAP_PERCENT + " %, direct memory " + MemoryPlan.DIRECT_PERCENT + " %";
        assertTrue(options.contains(words), words);
    }

    @Test
    void twentyThousandConnectionsAreAdmittedByDefault() {
        assertTrue(of(400, 40).mostConnections() >= 20_000);
    }

    @Test
    void theSharesOfClientsLeaveRoomOnTheHeap() {
        for (int memoryMb : new int[] {200, 400, 1_000, 16_000}) {
            MemoryPlan plan = of(memoryMb, memoryMb / 10);
            long clients = plan.connections()
                    + plan.heads()
                    + plan.answers()
                    + plan.collected()
                    + plan.smallBodies()
                    + plan.largeBodies();
            assertTrue(clients * 100 <= plan.heapMb() * (long) MIB * 84, memoryMb + ": " + clients / MIB);
        }
    }

    @Test
    void aBodyThatDoesNotFitIsRefusedWithTheSum() {
        assertTrue(of(400, 40).bodyProblem().isEmpty());
        String problem = of(400, 41).bodyProblem().orElseThrow();
        assertTrue(problem.contains("a tenth of max_memory_mb (400)"), problem);
        assertTrue(problem.contains("three times the largest, 123"), problem);
        assertTrue(problem.contains("raise max_memory_mb to 410"), problem);
    }

    @Test
    void threeOfTheLargestBodiesFitBesideWhatClientsMayHold() {
        for (int memoryMb : new int[] {200, 400, 1_000, 16_000}) {
            MemoryPlan plan = of(memoryMb, memoryMb / 10);
            long clients = plan.connections() + plan.heads() + plan.answers() + plan.collected() + plan.smallBodies();
            assertTrue(clients + 3L * memoryMb / 10 * MIB <= plan.heapMb() * (long) MIB, memoryMb + " MiB");
        }
        assertEquals(20, MemoryPlan.defaultBodyMb(200));
        assertEquals(40, MemoryPlan.defaultBodyMb(16_000));
    }
}
