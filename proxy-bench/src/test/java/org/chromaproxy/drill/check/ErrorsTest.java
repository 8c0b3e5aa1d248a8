package org.chromaproxy.drill.check;

import static org.chromaproxy.drill.check.Story.told;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Set;
import org.chromaproxy.drill.history.Attempt;
import org.chromaproxy.drill.history.Kind;
import org.chromaproxy.drill.history.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which errors the faults at hand excuse, and which they do not. */
class ErrorsTest {
    private static final String A = "{\"ids\":[\"a\"],\"embeddings\":[[1,2]]}";
    private static final Map<String, String> LATER = Map.of("retry-after", "5");
    private static final String NEVER = "It was not executed and never will be; retry.";

    private final Story story = new Story();
    private final String books = story.collection("books");

    ErrorsTest() {
        story.collection("global");
    }

    private void expect(String... rules) {
        assertEquals(Set.of(rules), Set.copyOf(story.violated()));
    }

    private static Attempt busy(long begin, long end) {
        return new Attempt(begin, end, 503, LATER, "Nothing was executed; retry later.", "");
    }

    private static Attempt broken(long begin, long end) {
        return new Attempt(begin, end, 0, Map.of(), "", "EOFException: the connection ended");
    }

    private void read(Attempt told) {
        story.read(Kind.COUNT, books, "", told);
    }

    @Test
    void withoutAFaultEveryErrorIsCaught() {
        read(busy(10, 20));

        expect("no error");
    }

    @ParameterizedTest
    @CsvSource({"KILL,PRIMARY", "PAUSE,REPLICA", "BLACK_HOLE,NETWORK_PRIMARY", "SLOW,POSTGRES", "BLIP,PROXY"})
    void anErrorThatTheFaultDoesNotForceIsCaught(String fault, String target) {
        story.trouble(fault, target, 5, 25);
        read(busy(10, 20));

        expect("no error");
    }

    @Test
    void aBrokenConnectionWhileTheProxyIsThereIsCaught() {
        story.trouble("KILL", "PRIMARY", 5, 25);
        read(broken(10, 20));

        expect("no error");
    }

    @Test
    void aProxyThatIsGoneBreaksConnectionsUntilItServesAgain() {
        story.trouble("KILL", "PROXY", 5, 25).well(35);
        read(broken(10, 20));
        read(broken(30, 34));
        expect();

        read(broken(36, 40));
        expect("no error");
    }

    @Test
    void aWriteMayBeToldThatTheLogIsAwayButNoRead() {
        story.trouble("KILL", "POSTGRES", 5, 25);
        Operation add = story.write(Kind.ADD, books, A, 10, 20);
        story.retold(add, new Attempt(10, 20, 503, LATER, NEVER, "")).unlogged(add);
        expect();

        read(busy(10, 20));
        expect("no error");
    }

    @Test
    void theLogIsBackWithTheFirstWriteAcknowledgedAfterItsHeal() {
        story.trouble("KILL", "POSTGRES", 5, 25);
        story.write(Kind.ADD, books, A, 26, 30);
        Operation add = story.write(Kind.ADD, books, A, 40, 50);
        story.retold(add, new Attempt(40, 50, 503, LATER, NEVER, "")).unlogged(add);

        expect("no error");
    }

    @Test
    void anUnknownOutcomeComesWithAWholeTransactionId() {
        story.trouble("KILL", "POSTGRES", 5, 25);
        Operation add = story.write(Kind.ADD, books, A, 10, 20);
        story.unlogged(add).retold(add, new Attempt(10, 20, 503, LATER, "it may yet be executed", ""));

        expect("no error");
    }

    @Test
    void onlyA503MayTellOfAFault() {
        story.trouble("KILL", "POSTGRES", 5, 25);
        Operation add = story.write(Kind.ADD, books, A, 10, 20);
        story.unlogged(add).retold(add, new Attempt(10, 20, 502, LATER, NEVER, ""));

        expect("no error");
    }

    @Test
    void withBothInstancesAwayReadsAreToldWhenToComeBack() {
        story.trouble("KILL", "PRIMARY", 5, 25).trouble("PAUSE", "REPLICA", 15, 35);
        read(busy(16, 20));
        expect();

        read(told(16, 20, 503, "busy"));
        expect("no error");
    }

    @Test
    void theyAreNotBothAwayOnceOneIsBack() {
        story.trouble("KILL", "PRIMARY", 5, 25)
                .trouble("PAUSE", "REPLICA", 15, 35)
                .well(30);
        read(busy(31, 34));

        expect("no error");
    }

    @Test
    void aWriteThatNobodyCanTakeIsLoggedAndSaysSo() {
        story.trouble("KILL", "BOTH", 5, 25);
        Operation add = story.write(Kind.ADD, books, A, 10, 20);
        story.transaction(add, "RECOVERED", 201);
        String id = add.attempts().getFirst().header("transaction-id");

        story.retold(add, logged(Map.of("retry-after", "5", "transaction-id", id)));
        expect();
        story.retold(add, logged(Map.of("transaction-id", id)));
        expect("no error");
        story.retold(add, logged(Map.of("retry-after", "5", "transaction-id", id.substring(0, 8))));
        expect("no error");
        story.unlogged(add).retold(add, busy(10, 20));
        expect("no error");
    }

    private static Attempt logged(Map<String, String> headers) {
        return new Attempt(10, 20, 503, headers, "logged", "");
    }
}
