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
        String divided = "divided=$(((memory - " + MemoryPlan.JVM_MB + ") * 100 / "
                + (MemoryPlan.HEAP_PERCENT + MemoryPlan.DIRECT_PERCENT) + "))";
        String heap = "-Xmx$((divided * " + MemoryPlan.HEAP_PERCENT + " / 100))m";
        String direct = "-XX:MaxDirectMemorySize=$((divided * " + MemoryPlan.DIRECT_PERCENT + " / 100))m";
        String least = "[ \"$memory\" -ge " + MemoryPlan.LEAST_MB + " ]";
        assertTrue(launcher.contains(divided), divided);
        assertTrue(launcher.contains(least), least);
        assertTrue(launcher.contains(heap), heap);
        assertTrue(launcher.contains(direct), direct);
        String words = "heap " + MemoryPlan.HEAP_PERCENT + " %, direct memory " + MemoryPlan.DIRECT_PERCENT + " %";
        assertTrue(options.contains(words), words);
    }

    @Test
    void heapBuffersAndTheJvmItselfFit() {
        for (int memoryMb : new int[] {MemoryPlan.LEAST_MB, 300, 400, 481, 482, 500, 1_000, 16_000}) {
            MemoryPlan plan = of(memoryMb, 1);
            assertTrue(plan.heapMb() + plan.directMb() + MemoryPlan.JVM_MB <= memoryMb, memoryMb + " MiB");
        }
        assertEquals(218, of(400, 1).heapMb());
        assertEquals(600, of(1_000, 1).heapMb());
    }

    @Test
    void twentyThousandConnectionsAreAdmittedByDefault() {
        assertTrue(of(400, 40).mostConnections() >= 20_000);
    }

    @Test
    void theSharesOfClientsLeaveRoomOnTheHeap() {
        for (int memoryMb : new int[] {MemoryPlan.LEAST_MB, 400, 1_000, 16_000}) {
            MemoryPlan plan = of(memoryMb, MemoryPlan.defaultBodyMb(memoryMb));
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
        assertTrue(problem.contains("larger than the 40 that max_memory_mb (400)"), problem);
        assertTrue(problem.contains("three times the largest, 123"), problem);
        assertTrue(problem.contains("raise max_memory_mb to 407"), problem);
    }

    @Test
    void threeOfTheLargestBodiesFitBesideWhatClientsMayHold() {
        for (int memoryMb : new int[] {MemoryPlan.LEAST_MB, 400, 1_000, 16_000}) {
            int most = 1;
            while (of(memoryMb, most + 1).bodyProblem().isEmpty()) {
                most++;
            }
            MemoryPlan plan = of(memoryMb, most);
            long clients = plan.connections() + plan.heads() + plan.answers() + plan.collected() + plan.smallBodies();
            assertTrue(clients + 3L * most * MIB <= plan.heapMb() * (long) MIB, memoryMb + " MiB: " + most);
        }
        assertEquals(20, MemoryPlan.defaultBodyMb(MemoryPlan.LEAST_MB));
        assertEquals(40, MemoryPlan.defaultBodyMb(400));
        assertEquals(40, MemoryPlan.defaultBodyMb(16_000));
    }
}
