package org.chromaproxy.drill.check;

import static org.chromaproxy.drill.check.Story.told;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.chromaproxy.drill.history.Kind;
import org.junit.jupiter.api.Test;

/** Reads against the order of the writes. */
class ReadsTest {
    private final Story story = new Story();
    private final String books = story.collection("global");

    private void add(String id, long from, long to) {
        story.write(Kind.ADD, books, "{\"ids\":[\"" + id + "\"],\"metadatas\":[{\"g\":1}]}", from, to);
    }

    private void expect(String... rules) {
        assertEquals(Set.of(rules), Set.copyOf(story.violated()));
    }

    @Test
    void aReadBesideAWriteMayShowItOrNot() {
        add("a", 10, 30);
        story.count(books, 15, 20, 0);
        story.count(books, 15, 25, 1);

        expect();
    }

    @Test
    void aReadThatMissesAnAcknowledgedWriteIsCaught() {
        add("a", 10, 20);
        story.count(books, 21, 30, 0);

        expect("reads");
    }

    @Test
    void aReadThatShowsAWriteBegunAfterItEndedIsCaught() {
        story.count(books, 5, 9, 1);
        add("a", 10, 20);

        expect("reads");
    }

    @Test
    void aReadThatGoesBackBehindAnEarlierOneIsCaught() {
        add("a", 10, 100);
        story.count(books, 20, 30, 1);
        story.count(books, 40, 50, 0);

        expect("reads");
    }

    @Test
    void aRenameThatOvertakesAWriteInFlightDoesNotMakeItVisible() {
        String other = story.collection("other");
        story.write(Kind.ADD, other, "{\"ids\":[\"a\"]}", 10, 100);
        story.rename(other, "another", 20, 30);
        story.count(other, 40, 50, 0);

        expect();
    }

    @Test
    void chromasWordForACollectionDeletedMeanwhileIsThatItIsGone() {
        String other = story.collection("other");
        story.drop(other, "other", 10, 30);
        String text = "{\"error\":\"ChromaError\",\"message\":\"Missing field: [Missing metadata segment]\"}";
        story.read(Kind.COUNT, other, "", Story.told(15, 25, 412, text));
        expect();

        story.read(Kind.COUNT, books, "", Story.told(15, 25, 412, text));
        expect("no error", "reads");
    }

    @Test
    void aWriteMayBeExecutedBeforeADeletionThatStandsBeforeItInTheLog() {
        String other = story.collection("other");
        story.drop(other, "other", 10, 100);
        story.write(Kind.ADD, other, "{\"ids\":[\"a\"]}", 20, 30);
        story.count(other, 40, 50, 1);
        expect();

        story.count(other, 60, 70, 0);
        expect("reads");
    }

    @Test
    void aCollectionThatAReadDidNotFindIsNotFoundAgain() {
        String other = story.collection("other");
        story.drop(other, "other", 10, 100);
        story.read(Kind.COUNT, other, "", told(20, 30, 404, "{}"));
        story.count(other, 40, 50, 0);

        expect("reads");
    }

    @Test
    void readsThatOverlapMayDisagree() {
        add("a", 10, 100);
        story.count(books, 20, 45, 1);
        story.count(books, 40, 50, 0);

        expect();
    }

    @Test
    void twoReadsThatNeedTheWritesInDifferentOrdersAreCaught() {
        add("a", 10, 100);
        story.write(Kind.DELETE_IDS, books, "{\"ids\":[\"a\"]}", 10, 100);
        String one = "{\"ids\":[\"a\"],\"documents\":[null],\"metadatas\":[{\"g\":1}]}";
        story.read(Kind.GET_WHERE, books, "{\"where\":{\"g\":1}}", told(20, 30, 200, one));
        story.count(books, 40, 50, 0);
        story.read(Kind.GET_WHERE, books, "{\"where\":{\"g\":1}}", told(60, 70, 200, one));

        expect("reads");
    }

    @Test
    void aFilteredReadShowsExactlyWhatMatches() {
        add("a", 10, 20);
        story.write(Kind.ADD, books, "{\"ids\":[\"b\"],\"metadatas\":[{\"g\":2}]}", 21, 22);
        String where = "{\"where\":{\"g\":{\"$in\":[1,5]}}}";
        String a = "{\"ids\":[\"a\"],\"documents\":[null],\"metadatas\":[{\"g\":1}]}";
        story.read(Kind.GET_WHERE, books, where, told(30, 40, 200, a));
        expect();

        String both = "{\"ids\":[\"a\",\"b\"],\"documents\":[null,null],\"metadatas\":[{\"g\":1},{\"g\":2}]}";
        story.read(Kind.GET_WHERE, books, where, told(30, 40, 200, both));
        expect("reads");
    }

    @Test
    void aReadByIdsWithAnOlderDocumentIsCaught() {
        story.write(Kind.UPSERT, books, "{\"ids\":[\"a\"],\"documents\":[\"old\"]}", 10, 20);
        story.write(Kind.UPSERT, books, "{\"ids\":[\"a\"],\"documents\":[\"new\"]}", 21, 30);
        story.read(
                Kind.GET_IDS,
                books,
                "{\"ids\":[\"a\"]}",
                told(40, 50, 200, "{\"ids\":[\"a\"],\"documents\":[\"old\"],\"metadatas\":[null]}"));

        expect("reads");
    }

    @Test
    void aQueryMayContainOnlyWhatIsThereAndAsMuchAsWanted() {
        add("a", 10, 20);
        add("b", 21, 22);
        String two = "{\"n_results\":2}";
        story.read(Kind.QUERY, books, two, told(30, 40, 200, "{\"ids\":[[\"b\",\"a\"]]}"));
        expect();

        story.read(Kind.QUERY, books, two, told(30, 40, 200, "{\"ids\":[[\"b\",\"ghost\"]]}"));
        expect("reads");
    }

    @Test
    void aQueryWithTooFewResultsIsCaught() {
        add("a", 10, 20);
        add("b", 21, 22);
        story.read(Kind.QUERY, books, "{\"n_results\":2}", told(30, 40, 200, "{\"ids\":[[\"b\"]]}"));

        expect("reads");
    }

    @Test
    void aDeletedCollectionIsNotFoundAfterwardsAndFoundBefore() {
        String shelf = story.collection("shelf");
        story.drop(shelf, "shelf", 10, 20);
        story.read(Kind.COUNT, shelf, "", told(15, 18, 404, "{}"));
        story.read(Kind.COUNT, shelf, "", told(11, 14, 200, "0"));
        expect();

        story.count(shelf, 30, 40, 0);
        expect("reads");
    }
}
