package org.chromaproxy.drill.check;

import static org.chromaproxy.drill.check.Story.PREFIX;
import static org.chromaproxy.drill.check.Story.told;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.chromaproxy.drill.history.Attempt;
import org.chromaproxy.drill.history.Kind;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.drill.history.Request;
import org.chromaproxy.drill.model.StoredRecord;
import org.junit.jupiter.api.Test;

/** The rules about writes: what has to be caught is, and what may happen passes. */
class CheckerTest {
    private static final String A = "{\"ids\":[\"a\"],\"embeddings\":[[1,2]],\"documents\":[\"first\"]}";
    private static final String A_AGAIN = "{\"ids\":[\"a\"],\"embeddings\":[[3,4]],\"documents\":[\"second\"]}";
    private static final String ID_A = "{\"ids\":[\"a\"]}";

    private final Story story = new Story();
    private final String global = story.collection("global");
    private final String books = story.collection("books");

    private void expect(String... rules) {
        assertEquals(Set.of(rules), Set.copyOf(story.violated()));
    }

    @Test
    void aRunWithoutFaultsPasses() {
        story.write(Kind.ADD, books, A, 10, 20);
        story.write(Kind.UPSERT, books, A_AGAIN, 30, 40);
        story.write(Kind.DELETE_IDS, global, ID_A, 50, 60);
        story.count(books, 45, 50, 1);

        expect();
    }

    @Test
    void anAcknowledgedWriteMissingFromTheLogIsCaught() {
        story.unlogged(story.write(Kind.ADD, books, A, 10, 20));

        expect("durable");
    }

    @Test
    void anAcknowledgedWriteWhoseRecordFailedIsCaught() {
        Operation add = story.write(Kind.ADD, books, A, 10, 20);
        story.fate(add, "FAILED");

        expect("durable", "outcome told");
    }

    @Test
    void anAcknowledgedWriteUnderAnotherIdIsCaught() {
        Operation add = story.write(Kind.ADD, books, A, 10, 20);
        story.retold(add, new Attempt(10, 20, 201, Map.of("transaction-id", "cut sho"), "{}", ""));

        expect("durable");
    }

    @Test
    void anAcknowledgedWriteLostOnBothInstancesIsCaught() {
        story.write(Kind.ADD, books, A, 10, 20);
        story.spoil("primary", "books", records -> records.remove("a"));
        story.spoil("replica", "books", records -> records.remove("a"));

        expect("final state");
    }

    @Test
    void aDeletedRecordThatIsBackOnOneInstanceIsCaught() {
        story.write(Kind.ADD, books, A, 10, 20);
        story.write(Kind.DELETE_IDS, books, ID_A, 30, 40);
        story.spoil(
                "replica",
                "books",
                records -> records.put("a", new StoredRecord("\"first\"", new TreeMap<>(), List.of(1f, 2f))));

        expect("final state", "sides equal");
    }

    @Test
    void writesAppliedInTheWrongOrderOnOneInstanceAreCaught() {
        story.write(Kind.UPSERT, books, A, 10, 20);
        story.write(Kind.UPSERT, books, A_AGAIN, 30, 40);
        story.spoil(
                "primary",
                "books",
                records -> records.put("a", new StoredRecord("\"first\"", new TreeMap<>(), List.of(1f, 2f))));

        expect("final state", "sides equal");
    }

    @Test
    void aDeleteWithALimitMayTakeAnyMatchesButNotMoreThanThatNorOthers() {
        story.write(Kind.ADD, books, "{\"ids\":[\"a\",\"b\"],\"metadatas\":[{\"g\":1},{\"g\":1}]}", 10, 20);
        story.write(Kind.ADD, books, "{\"ids\":[\"c\"],\"metadatas\":[{\"g\":2}]}", 10, 20);
        Operation delete = story.write(Kind.DELETE_LIMIT, books, "{\"where\":{\"g\":1},\"limit\":1}", 30, 40);

        story.resolution(delete, "{\"ids\":[\"b\"]}");
        expect();
        story.resolution(delete, "{\"ids\":[\"a\",\"b\"]}");
        expect("final state");
        story.resolution(delete, "{\"ids\":[\"c\"]}");
        expect("final state");
    }

    @Test
    void aDeleteWithALimitTakesAllMatchesOnlyWhereAServerThatKnowsNoLimitsMayHaveLed() {
        story.write(Kind.ADD, books, "{\"ids\":[\"a\",\"b\"],\"metadatas\":[{\"g\":1},{\"g\":1}]}", 10, 20);
        Operation delete = story.write(Kind.DELETE_LIMIT, books, "{\"where\":{\"g\":1},\"limit\":1}", 30, 40);
        story.resolution(delete, "{\"where\":{\"g\":1},\"limit\":null}");
        expect("final state");

        story.knowsNoLimits("primary");
        expect();
        story.resolution(delete, "{\"ids\":[\"a\"]}");
        expect();
        story.resolution(delete, "{\"ids\":[\"chroma-proxy:dimension\"]}");
        expect("final state");
        story.resolution(delete, "{\"ids\":[\"a\",\"b\"]}");
        expect("final state");
        story.resolution(delete, "");
        expect("final state");
    }

    /** Chroma's own fault too: the drill's clients write nothing that shows it. */
    @Test
    void theEmbeddingOfAMissedUpdateOnOneInstanceIsCaught() {
        story.write(Kind.UPDATE, books, "{\"ids\":[\"a\"],\"embeddings\":[[8,8]]}", 10, 20);
        story.write(Kind.ADD, books, A, 30, 40);
        expect();

        story.spoil(
                "primary",
                "books",
                records -> records.put("a", new StoredRecord("\"first\"", new TreeMap<>(), List.of(8f, 8f))));
        expect("final state", "sides equal");
    }

    @Test
    void aCollectionThatIsGoneFromOneInstanceIsCaught() {
        story.without("replica", "books");

        expect("final state", "sides equal");
    }

    @Test
    void theProtectedCollectionMustStay() {
        story.drop(global, "global", 10, 20);

        expect("placement");
    }

    @Test
    void aRefusedWriteThatTookEffectIsCaught() {
        Operation add = story.write(Kind.ADD, books, A, 10, 20);
        story.retold(add, told(10, 20, 400, "{}"));
        story.transaction(add, "COMPLETED", 400);

        expect("no error", "outcome told", "refused");
    }

    @Test
    void aWriteThatHasToBeRefusedAndWasNotIsCaught() {
        Operation bad = story.write(Kind.BAD_WRITE, books, A, 10, 20);
        story.transaction(bad, "COMPLETED", 200);

        expect("refused");
    }

    @Test
    void aWritePromisedToHaveNoEffectMustNotHaveOne() {
        story.trouble("KILL", "POSTGRES", 5, 25);
        Operation add = story.write(Kind.ADD, books, A, 10, 20);
        Attempt promise = new Attempt(
                10, 20, 503, Map.of("retry-after", "5"), "It was not executed and never will be; retry.", "");
        story.retold(add, promise);

        expect("refused");
    }

    @Test
    void aWriteOfUnknownOutcomeMayHaveTakenEffectOrNot() {
        story.trouble("KILL", "PROXY", 5, 25);
        Operation taken = story.write(Kind.ADD, books, A, 10, 20);
        Operation not = story.write(Kind.UPSERT, books, A_AGAIN, 10, 20);
        Attempt broken = new Attempt(10, 20, 0, Map.of(), "", "EOFException: the connection ended");

        story.retold(taken, broken).retold(not, broken).unlogged(not);

        expect();
    }

    @Test
    void aWriteThatOvertakesOneAnsweredBeforeItBeganIsCaught() {
        Operation first = story.write(Kind.UPSERT, books, A, 10, 20);
        Operation second = story.write(Kind.UPSERT, books, A_AGAIN, 30, 40);
        story.swapped(first, second);

        assertEquals(true, story.violated().contains("real-time order"));
    }

    @Test
    void writesAtTheSameTimeMayStandInAnyOrder() {
        story.trouble("KILL", "PROXY", 0, 100);
        Operation first = story.write(Kind.UPSERT, books, A, 10, 30);
        Operation second = story.write(Kind.UPSERT, books, A_AGAIN, 20, 40);
        story.swapped(first, second);

        assertEquals(false, story.violated().contains("real-time order"));
    }

    @Test
    void aTransactionIdThatIsTwiceInTheLogIsCaught() {
        story.loggedAgain(story.write(Kind.ADD, books, A, 10, 20));

        expect("one effect");
    }

    @Test
    void aRepeatedRequestWithAnotherAnswerIsCaught() {
        Operation add = story.write(Kind.ADD, books, A, 10, 20);
        Attempt first = add.attempts().getFirst();
        story.retold(add, first, new Attempt(30, 40, 201, first.headers(), "{\"other\":1}", ""));

        expect("one effect");
    }

    @Test
    void aTransactionThatIsReportedOtherwiseThanToldIsCaught() {
        Operation add = story.write(Kind.ADD, books, A, 10, 20);

        story.transaction(add, "FAILED", 500);

        expect("outcome told");
    }

    @Test
    void aTransactionThatStaysPendingIsCaught() {
        Operation add = story.write(Kind.ADD, books, A, 10, 20);

        story.fate(add, "PENDING_RECOVERY").transaction(add, "PENDING_RECOVERY", 0);

        expect("outcome told", "recovers");
    }

    @Test
    void aRunThatDoesNotComeToRestIsCaught() {
        story.unsettled("replica is down");

        expect("recovers");
    }

    @Test
    void aCollectionThatNobodyDeletedMustBeFound() {
        story.read(Kind.COUNT, books, "", told(10, 20, 404, "{}"));

        expect("no error", "reads");
    }

    @Test
    void aForbiddenDeleteIsRefusedWithoutComplaint() {
        Request request = new Request("DELETE", PREFIX + "/global?op=3", "", "");
        story.operation(Kind.FORBIDDEN, "", request, told(10, 20, 403, "{}"));

        expect();
    }
}
