package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.OpKind;
import org.junit.jupiter.api.Test;

class ReturnsTest {
    private final LaneBed bed = new LaneBed();
    private final Instance primary = bed.primary();
    private final Instance replica = bed.replica();
    private final RecordStory story = new RecordStory(bed);

    /** A write that all have applied since the last witness. */
    private void write(String record) {
        story.offer(bed.upsert(record));
        bed.answerAll();
    }

    /** What is compared from now on, the test ends. */
    private CompletableFuture<ReadBack.Found> openComparison() {
        CompletableFuture<ReadBack.Found> found = new CompletableFuture<>();
        bed.compared = found;
        return found;
    }

    private void end(CompletableFuture<ReadBack.Found> open, Map<Instance, String> differing, Set<Instance> unread) {
        open.complete(new ReadBack.Found(differing, unread, false));
        bed.io.runDue();
    }

    private void comesTo(Map<Instance, String> differing, Set<Instance> unread) {
        bed.compared = RecordStory.found(differing, unread, false);
    }

    private List<String> ids(int comparison) {
        Footprint touched = bed.comparisons.get(comparison);
        return assertInstanceOf(Footprint.Ids.class, touched).ids().stream()
                .sorted()
                .toList();
    }

    // What is in doubt.

    @Test
    void whatWasAppliedSinceTheLastWitnessIsComparedBeforeItIsReadAgain() {
        write("a");
        CompletableFuture<ReadBack.Found> open = openComparison();
        story.restart(replica);
        assertEquals(List.of("primary: [replica]"), bed.comparedWith);
        assertEquals(List.of("a"), ids(0));
        assertFalse(story.readable(replica));
        assertTrue(story.readable(primary));
        end(open, Map.of(), Set.of());
        assertTrue(story.readable(replica));
        assertEquals(PlaceState.READY, story.state(replica));
    }

    @Test
    void whatIsBehindAWitnessNeedsNoComparison() {
        write("a");
        bed.witness();
        write("b");
        story.restart(replica);
        assertEquals(List.of("b"), ids(0));
        bed.witness();
        bed.witness();
        story.restart(replica);
        assertEquals(1, bed.comparisons.size());
        assertTrue(story.readable(replica));
    }

    @Test
    void whatWasSentWithoutAnAnswerIsComparedOnceItIsAppliedAgain() {
        story.offer(bed.upsert("a"));
        bed.io.only(primary).done();
        story.restart(replica);
        assertEquals(List.of(), bed.comparisons);
        assertFalse(story.readable(replica));
        bed.io.only(replica).done();
        story.seconds(1);
        assertEquals(List.of("a"), ids(0));
        assertTrue(story.readable(replica));
    }

    @Test
    void allThatWasSentInOneRequestIsInDoubt() {
        story.offer(bed.upsert("first"));
        bed.io.only(primary).done();
        story.offer(bed.upsert("a"));
        bed.io.only(primary).done();
        story.offer(bed.upsert("b"));
        bed.io.only(primary).done();
        bed.io.only(replica).done();
        bed.witness();
        bed.witness();
        assertTrue(bed.io.only(replica).body().contains("\"a\",\"b\""));
        story.restart(replica);
        bed.answerAll();
        story.seconds(1);
        assertEquals(List.of("a", "b"), ids(0));
    }

    @Test
    void whatTheLeaderRefusedAndAnotherMayHaveExecutedIsCompared() {
        Write write = story.offer(bed.upsert("a"));
        bed.io.only(primary).cut();
        bed.io.runFor(1_000);
        bed.io.only(primary).cut();
        bed.io.runDue();
        assertTrue(story.leads(replica));
        CompletableFuture<ReadBack.Found> open = openComparison();
        bed.io.only(replica).refuse();
        assertEquals(400, story.status(write));
        story.seconds(1);
        assertEquals(List.of("replica: [primary]"), bed.comparedWith);
        assertFalse(story.readable(primary));
        end(open, Map.of(), Set.of());
        assertTrue(story.readable(primary));
    }

    @Test
    void whatTheLeaderRefusedAndNobodyElseWasSentNeedsNoComparison() {
        story.offer(bed.upsert("a"));
        bed.io.only(primary).refuse();
        story.seconds(1);
        assertEquals(List.of(), bed.comparisons);
        assertTrue(story.readable(replica));
    }

    @Test
    void lanesWithSomethingInDoubtAreNotLetGoOf() {
        assertTrue(story.lanes.group().semantics().atRest());
        write("a");
        assertFalse(story.lanes.group().semantics().atRest(), "it may still be lost");
        openComparison();
        story.restart(replica);
        bed.witness();
        bed.witness();
        assertFalse(story.lanes.group().semantics().atRest());
    }

    // What comparisons come to.

    @Test
    void oneThatDiffersIsTakenOutAndIsNotReadBeforeThatIsDurable() {
        write("a");
        CompletableFuture<ReadBack.Found> open = openComparison();
        story.restart(replica);
        bed.log.hold();
        end(open, Map.of(replica, "a"), Set.of());
        assertFalse(story.readable(replica));
        assertEquals(PlaceState.READY, story.state(replica));
        bed.log.release();
        bed.io.runDue();
        assertEquals(PlaceState.DIVERGED, story.state(replica));
        assertTrue(story.lane(replica).detached());
        assertTrue(story.leads(primary));
        story.seconds(1);
        assertFalse(story.readable(replica));
        assertTrue(story.settled());
    }

    @Test
    void namedRecordsThatCouldNotBeReadAreComparedAgainLater() {
        write("a");
        comesTo(Map.of(), Set.of(replica));
        story.restart(replica);
        assertEquals(1, bed.comparisons.size());
        assertEquals(PlaceState.READY, story.state(replica));
        assertFalse(story.readable(replica));
        comesTo(Map.of(), Set.of());
        bed.io.runFor(500);
        story.lanes.tick();
        assertEquals(1, bed.comparisons.size());
        story.seconds(1);
        assertEquals(2, bed.comparisons.size());
        assertTrue(story.readable(replica));
    }

    @Test
    void aWholeCollectionThatCouldNotBeReadIsComparedWithTime() {
        story.offer(bed.write(OpKind.DELETE, "{\"where\":{\"k\":1}}"));
        bed.answerAll();
        comesTo(Map.of(), Set.of(replica));
        bed.log.hold();
        story.restart(replica);
        assertInstanceOf(Footprint.Everything.class, bed.comparisons.getFirst());
        assertFalse(story.readable(replica), "in doubt until it is durable that it is to be compared");
        bed.log.release();
        bed.io.runDue();
        assertEquals(PlaceState.UNVERIFIED, story.state(replica));
        assertFalse(story.readable(replica));
        assertFalse(story.canLead(replica));
        assertFalse(story.lane(replica).detached(), "it takes writes");
    }

    @Test
    void aComparisonThatFailsIsMadeAgainLaterEachTime() {
        write("a");
        bed.compared = CompletableFuture.failedFuture(new IllegalStateException("a test"));
        story.restart(replica);
        story.seconds(60);
        // After 0, 1, 3, 7, 15 and 31 seconds.
        assertEquals(6, bed.comparisons.size());
        assertFalse(story.readable(replica));
        assertEquals(PlaceState.READY, story.state(replica));
    }

    @Test
    void whatIsTooMuchToBeComparedWhileWritesWaitIsComparedWithTime() {
        write("a");
        openComparison();
        story.restart(replica);
        story.seconds(2);
        assertEquals(PlaceState.READY, story.state(replica));
        story.seconds(10);
        assertEquals(3, bed.comparisons.size());
        assertEquals(PlaceState.UNVERIFIED, story.state(replica));
        assertFalse(story.readable(replica));
        assertTrue(story.lanes.group().lanes().stream().noneMatch(Lane::compared));
    }

    @Test
    void aServerThatEndsWheneverItIsComparedIsTakenOut() {
        write("a");
        openComparison();
        story.restart(replica);
        for (int made = 1; made <= 4; made++) {
            assertEquals(made, bed.comparisons.size());
            assertEquals(PlaceState.READY, story.state(replica));
            CompletableFuture<ReadBack.Found> open = bed.compared;
            openComparison();
            story.down(replica);
            open.completeExceptionally(new IllegalStateException("it ended"));
            story.up(replica);
            awaitComparison(made + 1);
        }
        assertEquals(PlaceState.DIVERGED, story.state(replica));
        assertEquals(4, bed.comparisons.size(), "it is not tried again");
        assertTrue(story.leads(primary));
    }

    /** Until so many were begun, or none is for a minute. */
    private void awaitComparison(int count) {
        for (int i = 0; i < 60 && bed.comparisons.size() < count; i++) {
            story.seconds(1);
        }
    }

    @Test
    void aStepThatFailsInTheProxyKeepsNobodyWaiting() {
        write("a");
        bed.compared = new CompletableFuture<>() {
            @Override
            public CompletableFuture<ReadBack.Found> whenComplete(
                    BiConsumer<? super ReadBack.Found, ? super Throwable> action) {
                throw new IllegalStateException("a test");
            }
        };
        story.restart(replica);
        assertEquals(1, bed.comparisons.size());
        assertTrue(story.lanes.group().lanes().stream().noneMatch(Lane::compared));
        assertFalse(story.readable(replica));
        comesTo(Map.of(), Set.of());
        story.seconds(2);
        assertTrue(story.readable(replica));
    }

    @Test
    void aCollectionThatIsDeletedIsNotCompared() {
        write("a");
        story.down(replica);
        RecordStory.delete(bed, 9);
        story.up(replica);
        assertEquals(List.of(), bed.comparisons);
        assertTrue(story.settled());
    }

    // While writes are under way.

    @Test
    void writesWaitWhileTwoAreComparedAndGoOnThen() {
        write("a");
        CompletableFuture<ReadBack.Found> open = openComparison();
        story.restart(replica);
        Write write = story.offer(bed.upsert("b"));
        assertEquals(List.of(), bed.io.open());
        end(open, Map.of(), Set.of());
        bed.io.only(primary).done();
        assertEquals(200, story.status(write));
    }

    @Test
    void nothingIsComparedBeforeBothStandAtTheSameRecord() {
        write("a");
        story.down(replica);
        story.offer(bed.upsert("b"));
        bed.io.only(primary).done();
        story.up(replica);
        VirtualIo.Sent behind = bed.io.only(replica);
        assertEquals(List.of(), bed.comparisons);
        story.offer(bed.upsert("c"));
        assertEquals(List.of(), story.openTo(primary), "the leader stands still");
        behind.done();
        bed.io.runFor(100);
        assertEquals(1, bed.comparisons.size());
        assertEquals(1, story.openTo(primary).size());
    }

    @Test
    void theLeaderDoesNotStandStillForLong() {
        write("a");
        story.down(replica);
        story.offer(bed.upsert("b"));
        bed.io.only(primary).done();
        story.up(replica);
        story.offer(bed.upsert("c"));
        bed.io.runFor(2_000);
        assertEquals(List.of(), story.openTo(primary));
        bed.io.runFor(1_500);
        assertEquals(1, story.openTo(primary).size());
        assertEquals(List.of(), bed.comparisons);
        assertFalse(story.readable(replica));
    }

    /** One of them may hold a record already that the other will have only later. */
    @Test
    void nothingIsComparedWhileTheLeaderItselfIsInDoubt() {
        write("a");
        story.down(replica);
        story.offer(bed.upsert("b"));
        bed.io.only(primary).cut();
        assertTrue(story.lane(primary).inDoubt());
        story.up(replica);
        bed.io.runFor(1_000);
        assertEquals(List.of(), bed.comparisons);
        bed.answerAll();
        story.seconds(1);
        assertEquals(1, bed.comparisons.size());
    }

    @Test
    void oneIsComparedAfterTheOther() {
        LaneBed three = new LaneBed("primary", "second", "third");
        RecordStory other = new RecordStory(three);
        other.offer(three.upsert("a"));
        three.answerAll();
        CompletableFuture<ReadBack.Found> open = new CompletableFuture<>();
        three.compared = open;
        other.restart(three.instances.get(1));
        other.restart(three.instances.get(2));
        other.seconds(1);
        assertEquals(List.of("primary: [second]"), three.comparedWith);
        open.complete(new ReadBack.Found(Map.of(), Set.of(), false));
        three.io.runDue();
        other.seconds(1);
        assertEquals(List.of("primary: [second]", "primary: [third]"), three.comparedWith);
        assertTrue(other.readable(three.instances.get(2)));
    }

    // Who leads.

    @Test
    void aLeaderThatComesBackInDoubtHandsOverAndIsComparedWithItsHeir() {
        write("a");
        CompletableFuture<ReadBack.Found> open = openComparison();
        story.restart(primary);
        assertTrue(story.leads(replica));
        assertFalse(story.readable(primary));
        assertFalse(story.canLead(primary));
        story.seconds(1);
        assertEquals(List.of("replica: [primary]"), bed.comparedWith);
        end(open, Map.of(primary, "a"), Set.of());
        assertEquals(PlaceState.DIVERGED, story.state(primary));
        assertTrue(story.leads(replica));
    }

    @Test
    void itMayLeadAgainOnceItIsCompared() {
        write("a");
        story.restart(primary);
        assertTrue(story.leads(replica));
        story.seconds(1);
        assertTrue(story.readable(primary));
        assertTrue(story.canLead(primary));
        story.seconds(32);
        assertTrue(story.leads(primary));
    }

    @Test
    void whatTheOnlyServerCameBackWithStandsAndOthersAreComparedWithIt() {
        write("a");
        story.down(replica);
        story.restart(primary);
        assertTrue(story.leads(primary));
        assertTrue(story.canLead(primary));
        assertTrue(story.readable(primary));
        CompletableFuture<ReadBack.Found> open = openComparison();
        story.up(replica);
        assertEquals(List.of("primary: [replica]"), bed.comparedWith);
        assertFalse(story.readable(replica));
        assertFalse(story.canLead(replica));
        end(open, Map.of(replica, "a"), Set.of());
        assertEquals(PlaceState.DIVERGED, story.state(replica));
    }

    /** Simulation, seed 904891: both were in doubt, the first led again, and what it had acknowledged was lost. */
    @Test
    void oneThatMayHaveLostWhatItAnsweredDoesNotLeadBeforeOneThatHasOnlyStillToBeSentSomething() {
        bed.unansweredMs.set(1_000);
        Write acknowledged = story.offer(bed.upsert("a"));
        bed.io.only(primary).done();
        assertEquals(200, story.status(acknowledged));
        story.down(primary);
        Write next = story.offer(bed.upsert("b"));
        assertTrue(story.leads(replica));
        story.up(primary);
        // Its answer to the first is still out, though others write there; in the end its connection is reset.
        replica.writes().succeeded();
        story.seconds(3);
        replica.writes().faulted("a test", Optional.empty());
        replica.writes().faulted("a test", Optional.empty());
        story.seconds(1);
        assertTrue(story.lane(replica).inDoubt());
        assertTrue(replica.writes().down(), "so that another one is looked for");
        assertTrue(story.leads(replica));
        assertFalse(story.canLead(primary));
        assertFalse(story.readable(primary));
        story.seconds(5);
        assertTrue(story.leads(replica));
        assertEquals(1, story.sentTo(primary).size(), "it is sent nothing that it would decide");
        replica.writes().succeeded();
        comesTo(Map.of(primary, "a"), Set.of());
        for (int i = 0; i < 10; i++) {
            bed.answerAll();
            story.seconds(1);
        }
        assertEquals(200, story.status(next));
        assertTrue(story.leads(replica));
        assertEquals(PlaceState.READY, story.state(replica));
        assertEquals(PlaceState.DIVERGED, story.state(primary));
    }

    @Test
    void twoThatLackAsMuchMayBothLead() {
        write("a");
        for (Instance each : bed.instances) {
            story.down(each);
        }
        bed.instances.forEach(each -> each.become(InstanceState.UP, ""));
        assertTrue(story.canLead(primary));
        assertTrue(story.canLead(replica));
    }

    /** Simulation, seed 304748: the one that lacked a write led, as the other one's writes failed for a moment. */
    @Test
    void oneThatHasAllButWhoseWritesFailIsWaitedForBoundedly() {
        write("a");
        RecordStory.failWrites(replica);
        story.restart(primary);
        assertTrue(story.leads(primary));
        assertFalse(story.canLead(primary));
        assertFalse(story.readable(primary));
        openComparison();
        story.seconds(149);
        assertFalse(story.readable(primary));
        story.seconds(3);
        assertTrue(story.canLead(primary));
        assertTrue(story.readable(primary), "its version stands");
        assertFalse(story.readable(replica));
        assertEquals(
                List.of("primary: [replica]"),
                bed.comparedWith.stream().distinct().toList());
    }

    @Test
    void aLeaderThatIsLostIsReplacedIfOthersCannotBeComparedWithIt() {
        write("a");
        story.down(replica);
        bed.compared = CompletableFuture.failedFuture(new IllegalStateException("a test"));
        story.up(replica);
        story.down(primary);
        story.seconds(3);
        assertTrue(story.leads(primary));
        story.seconds(2);
        assertTrue(story.leads(replica));
        assertTrue(story.readable(replica), "those who read need not wait until it is home");
    }

    @Test
    void aLeaderThatIsAwayAndMayLoseSomethingIsReplacedAtOnce() {
        write("a");
        story.down(primary);
        assertTrue(story.leads(replica), "who is read meanwhile is who it is compared with");
    }

    @Test
    void aLeaderThatIsLostStaysIfNobodyWritesAndNobodyIsInDoubt() {
        write("a");
        bed.witness();
        bed.witness();
        story.down(primary);
        story.seconds(20);
        assertTrue(story.leads(primary));
        assertTrue(story.readable(replica));
    }

    @Test
    void oneThatIsHeldForACopyIsNobodysToCompare() {
        write("a");
        story.lanes.hold(1);
        story.restart(replica);
        story.seconds(2);
        assertEquals(List.of(), bed.comparisons);
        assertTrue(story.settled());
    }
}
