package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.chromaproxy.config.PrincipalLimit;
import org.junit.jupiter.api.Test;

/**
 * One tenant's creates make every server end the connection, and it sends them without end. The catalog is one lane: but only
 * a few of them are tried, and the rest is refused when its turn comes, so that another tenant's creates go on.
 */
class NoisyCatalogTest extends StagedTest {
    private static final int BURST = 60;
    private static final int QUIET_CREATES = 20;
    private static final AccessFixture FILE = new AccessFixture();
    private static final String QUIET = FILE.token("quiet", Role.ADMIN);
    private static final String NOISY = FILE.token("noisy", Role.ADMIN);

    NoisyCatalogTest() {
        super(Stage.Settings.DEFAULT
                .withAccess(FILE.settings("for-the-instances"))
                .withPrincipals(Map.of(PrincipalLimit.FAULTS, 4L, PrincipalLimit.DEAD_LETTERS, 10L)));
    }

    private CompletableFuture<Client.Answer> create(String name, String token) {
        return stage().client()
                .post(
                        Collection.DATABASE + "/collections",
                        "{\"name\":\"" + name + "\"}",
                        "Authorization",
                        "Bearer " + token);
    }

    private static boolean poison(Call call) {
        return call.method().equals("POST")
                && call.path().endsWith("/collections")
                && call.body().contains("poison");
    }

    @Test
    void onesFaultingCreatesInALoopDoNotKeepAnothersFromBeingMade() {
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            instance.always(NoisyCatalogTest::poison, new Reply.Close(false));
        }
        List<CompletableFuture<Client.Answer>> poison = new ArrayList<>();
        for (int i = 0; i < BURST; i++) {
            poison.add(create("poison-" + i, NOISY));
        }
        for (int i = 0; i < QUIET_CREATES; i++) {
            CompletableFuture<Client.Answer> made = create("quiet-" + i, QUIET);
            while (!made.isDone()) {
                poison.add(create("poison-" + poison.size(), NOISY));
                poison.getLast().join();
            }
            assertEquals(200, made.join().status(), made.join().body());
        }
        int refused = 0;
        for (CompletableFuture<Client.Answer> each : poison) {
            Client.Answer answer = each.join();
            boolean barred = answer.status() == 429;
            assertTrue(barred || answer.status() == 500, answer.toString());
            assertFalse(barred && answer.header("retry-after").isEmpty(), answer.toString());
            refused += barred ? 1 : 0;
        }
        Set<String> tried = new HashSet<>();
        for (ScriptedChroma instance : List.of(stage().primary(), stage().replica())) {
            instance.calls(NoisyCatalogTest::poison).forEach(call -> tried.add(call.body()));
        }
        assertTrue(!tried.isEmpty() && tried.size() <= 4, "tried: " + tried);
        assertEquals(poison.size() - tried.size(), refused, "whoever was tried was given up, and nobody else");
        assertEquals(
                List.of(Integer.toString(tried.size())),
                stage().log().look("SELECT count(*) FROM record_outcome WHERE state = 'ABANDONED'"));
    }
}
