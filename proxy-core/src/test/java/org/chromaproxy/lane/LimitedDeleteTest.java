package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.TransactionState;
import org.junit.jupiter.api.Test;

class LimitedDeleteTest {
    private static final String LIMITED = "{\"where\":{\"k\":1},\"limit\":2}";
    private static final String RESOLVED = "{\"ids\":[\"a\",\"b\"]}";
    private static final String NOT_FOUND = "{\"error\":\"NotFoundError\",\"message\":\"of a test\"}";

    private final LaneBed bed = new LaneBed();
    private final RecordStory story = new RecordStory(bed);

    private Write offer() {
        return story.offer(bed.write(OpKind.DELETE, LIMITED));
    }

    /** The server reads such a body, knows limits, and would execute it; its matches are asked for then. */
    private VirtualIo.Sent askedForMatches(Instance instance) {
        VirtualIo.Sent read = bed.io.only(instance);
        assertEquals(LIMITED, read.body());
        assertTrue(read.request.uri().contains("00000000-0000-4000-8000-000000000000"), "of no collection");
        read.answer(404, NOT_FOUND);
        assertEquals("{\"limit\":0}", bed.io.only(instance).body());
        bed.io.only(instance).refuse();
        assertEquals("{\"where\":{\"k\":1},\"limit\":0}", bed.io.only(instance).body());
        bed.io.only(instance).done();
        VirtualIo.Sent matches = bed.io.only(instance);
        assertEquals("{\"where\":{\"k\":1},\"limit\":2,\"include\":[]}", matches.body());
        assertTrue(matches.request.uri().endsWith("/" + LaneBed.instanceId(instance) + "/get"));
        return matches;
    }

    private List<String> resolutions() {
        return bed.log.others().stream()
                .filter(Change.Resolution.class::isInstance)
                .map(each -> new String(((Change.Resolution) each).body(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void everyServerDeletesWhatTheLeaderFoundOnceAndIsAskedNothingElse() {
        Write write = offer();
        askedForMatches(bed.primary()).answer(200, "{\"ids\":[\"a\",\"b\"]}");
        assertEquals(RESOLVED, bed.io.only().body());
        bed.io.only().answer(200, "{\"deleted\":2}");
        assertEquals("{\"deleted\":2}", story.told(write).text());
        VirtualIo.Sent follower = bed.io.only();
        assertEquals(bed.replica(), follower.instance);
        assertEquals(RESOLVED, follower.body());
        follower.done();
        assertEquals(List.of(RESOLVED), story.sentTo(bed.replica()));
        assertEquals(List.of(RESOLVED), resolutions());
    }

    @Test
    void nothingIsDeletedBeforeTheListIsDurable() {
        offer();
        VirtualIo.Sent matches = askedForMatches(bed.primary());
        bed.log.hold();
        matches.answer(200, "{\"ids\":[\"a\",\"b\"]}");
        bed.io.runFor(1_000);
        assertEquals(List.of(), bed.io.open());
        bed.log.release();
        bed.io.runDue();
        assertEquals(RESOLVED, bed.io.only().body());
    }

    @Test
    void theListThatTheLogHoldsAlreadyStands() {
        Write write = offer();
        byte[] earlier = "{\"ids\":[\"c\"]}".getBytes(StandardCharsets.UTF_8);
        bed.log.submit(List.of(new Change.Resolution(write.lsn(), earlier)), true, () -> {});
        askedForMatches(bed.primary()).answer(200, "{\"ids\":[\"a\",\"b\"]}");
        assertEquals("{\"ids\":[\"c\"]}", bed.io.only().body());
    }

    @Test
    void oneThatIsSentAgainIsNotResolvedAgain() {
        Write write = offer();
        askedForMatches(bed.primary()).answer(200, "{\"ids\":[\"a\",\"b\"]}");
        bed.io.only().cut();
        bed.io.runFor(1_000);
        assertEquals(RESOLVED, bed.io.only().body());
        bed.io.only().cut();
        bed.io.runDue();
        assertTrue(story.leads(bed.replica()));
        assertEquals(RESOLVED, bed.io.only(bed.replica()).body());
        bed.io.only(bed.replica()).done();
        assertEquals(200, story.status(write));
        assertEquals(List.of(RESOLVED), resolutions());
    }

    @Test
    void whereNothingMatchesAnIdThatIsNoRecordsIsDeletedAndNotCounted() {
        Write write = offer();
        askedForMatches(bed.primary()).answer(200, "{\"ids\":[]}");
        assertEquals("{\"ids\":[\"chroma-proxy:dimension\"]}", bed.io.only().body());
        bed.io.only().answer(200, "{\"deleted\":1}");
        assertEquals("{\"deleted\":0}", story.told(write).text());
        bed.io.only(bed.replica()).answer(200, "{\"deleted\":1}");
        assertEquals(write.lsn(), story.lane(bed.replica()).cursor.applied());
    }

    @Test
    void anOlderServerTellsNoNumber() {
        Write write = offer();
        askedForMatches(bed.primary()).answer(200, "{\"ids\":[]}");
        bed.io.only().answer(200, "{}");
        assertEquals("{}", story.told(write).text());
    }

    @Test
    void aServerThatKnowsNoLimitsDeletesAllMatchesAndSoDoTheOthers() {
        offer();
        bed.io.only().answer(404, NOT_FOUND);
        bed.io.only().answer(200, "{}");
        String unlimited = "{\"where\":{\"k\":1},\"limit\":null}";
        assertEquals(unlimited, bed.io.only().body());
        bed.io.only().done();
        assertEquals(unlimited, bed.io.only(bed.replica()).body());
    }

    @Test
    void whatTheLeaderWouldRefuseIsRefusedInItsWordsAndSentToNobody() {
        Write unread = offer();
        bed.io.only().answer(422, "{\"error\":\"InvalidArgumentError\",\"message\":\"cannot be read\"}");
        assertEquals(422, story.status(unread));
        Write unlike = offer();
        bed.io.only().answer(404, NOT_FOUND);
        bed.io.only().refuse();
        bed.io.only().refuse();
        assertEquals(400, story.status(unlike));
        assertEquals(Optional.of(TransactionState.FAILED), story.outcome(unlike));
        assertEquals(List.of(), story.sentTo(bed.replica()));
        assertEquals(List.of(), resolutions());
    }

    @Test
    void oneThatWasNotUnderstoodAndMayHaveALimitIsNotExecuted() {
        String twice = "{\"ids\":[\"a\"],\"ids\":[\"b\"],\"limit\":1}";
        Write write = story.offer(bed.write(OpKind.DELETE, twice));
        bed.io.only().answer(404, NOT_FOUND);
        assertEquals(
                Optional.of(ProxyError.BODY_NOT_UNDERSTOOD), story.told(write).error());
        assertEquals(1, bed.io.sent().size());
    }

    @Test
    void oneWhoseLimitIsNoNumberIsNotExecutedEither() {
        Write write = story.offer(bed.write(OpKind.DELETE, "{\"where\":{\"k\":1},\"limit\":\"x\"}"));
        bed.io.only().answer(404, NOT_FOUND);
        bed.io.only().refuse();
        assertEquals(400, story.status(write));
        assertEquals(List.of(), bed.io.open());
    }

    @Test
    void aDeleteWithoutALimitIsSentAsItIs() {
        story.offer(bed.write(OpKind.DELETE, "{\"where\":{\"k\":1},\"limit\":null}"));
        assertTrue(bed.io.only().request.uri().endsWith("/" + LaneBed.instanceId(bed.primary()) + "/delete"));
        assertEquals(List.of(), resolutions());
    }

    @Test
    void aLeaderThatCannotBeAskedHandsItOnAndAnotherFindsItsMatches() {
        Write write = offer();
        bed.io.only().cut();
        bed.io.runFor(1_000);
        bed.io.only().cut();
        bed.io.runDue();
        assertTrue(story.leads(bed.replica()));
        askedForMatches(bed.replica()).answer(200, "{\"ids\":[\"a\",\"b\"]}");
        bed.io.only(bed.replica()).done();
        assertEquals(200, story.status(write));
        bed.io.runFor(1_000);
        assertEquals(RESOLVED, bed.io.only(bed.primary()).body());
    }

    @Test
    void anAnswerOfTheFormerLeaderIsTooLate() {
        Write write = offer();
        VirtualIo.Sent late = askedForMatches(bed.primary());
        assertTrue(story.lanes.group().elect(lane -> true, "a test"));
        bed.io.runDue();
        VirtualIo.Sent matches = askedForMatches(bed.replica());
        late.answer(200, "{\"ids\":[\"x\",\"y\"]}");
        assertEquals(List.of(), resolutions());
        matches.answer(200, "{\"ids\":[\"a\",\"b\"]}");
        bed.io.only(bed.replica()).done();
        assertEquals(200, story.status(write));
        assertEquals(RESOLVED, bed.io.only(bed.primary()).body());
    }

    @Test
    void aListThatTheNextLeaderResolvedStandsThoughTheFirstLeadsAgain() {
        offer();
        VirtualIo.Sent late = askedForMatches(bed.primary());
        assertTrue(story.lanes.group().elect(lane -> true, "a test"));
        bed.io.runDue();
        askedForMatches(bed.replica()).answer(200, "{\"ids\":[\"a\",\"b\"]}");
        assertTrue(story.lanes.group().elect(lane -> true, "a test"));
        bed.io.runDue();
        late.answer(200, "{\"ids\":[\"x\",\"y\"]}");
        assertEquals(List.of(RESOLVED), resolutions());
        assertEquals(List.of(RESOLVED), story.openTo(bed.primary()));
    }

    @Test
    void aBusyServerIsAskedAgain() {
        Write write = offer();
        bed.io.only().answer(503, "{}");
        bed.io.runFor(2_000);
        askedForMatches(bed.primary()).answer(200, "{\"ids\":[\"a\",\"b\"]}");
        assertFalse(write.decided());
        assertEquals(RESOLVED, bed.io.only().body());
    }

    @Test
    void oneThatWasNeverReachedIsAskedAgainAndNotBlamed() {
        offer();
        bed.io.only().refuseConnection();
        assertEquals(0, story.lane(bed.primary()).attempts().faults());
        bed.io.runFor(1_000);
        assertEquals(LIMITED, bed.io.only(bed.primary()).body());
    }

    @Test
    void matchesThatAreNoListAreNotTheServersWord() {
        Write write = offer();
        askedForMatches(bed.primary()).answer(200, "{\"ids\":7}");
        assertFalse(write.decided());
        assertEquals(List.of(), resolutions());
        bed.io.runFor(1_000);
        assertEquals(LIMITED, bed.io.only(bed.primary()).body(), "it is asked again, from the beginning");
    }

    @Test
    void aServerThatDoesNotKnowTheLivingCollectionHasNotRefusedIt() {
        Write write = offer();
        bed.io.only().answer(404, NOT_FOUND);
        bed.io.only().answer(404, NOT_FOUND);
        assertFalse(write.decided());
        assertEquals(Optional.empty(), story.outcome(write));
    }
}
