package org.chromaproxy.drill.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.chromaproxy.drill.stack.PostgresCluster;
import org.chromaproxy.drill.stack.Stack;
import org.chromaproxy.drill.stack.StackOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults are done to real processes, and undone: afterwards everything works as before. */
@Timeout(900)
class StackIT {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path home;

    @SuppressWarnings("NullAway.Init")
    private static PostgresCluster postgres;

    @BeforeAll
    static void startPostgres() {
        postgres = PostgresCluster.start(home.resolve("postgres"));
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "seed 1: KILL of PRIMARY at 100 for 500 ms; BLACK_HOLE of NETWORK_REPLICA at 100 for 900 ms",
                "seed 2: KILL of POSTGRES at 100 for 300 ms; ZOMBIE of REPLICA at 100 for 500 ms",
            })
    void aScheduleLeavesTheStackWell(String schedule, @TempDir Path directory) {
        try (Stack stack = Stack.start(directory, postgres, StackOptions.PLAIN)) {
            new Injector(stack, (episode, step, nanos) -> {}).run(Schedule.parse(schedule));
            Calm.await(stack);
            assertEquals(0, stack.proxies().getFirst().unexpectedExits().size());
        }
    }
}
