package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.lane.Turns.Turn;
import org.chromaproxy.wal.record.OpKind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** On a server that takes one write at a time; and lanes with large bodies. */
class LaneSendingTest {
    private static final String CLIENT = "a client";
    private static final int BYTES = 10;

    private final LaneBed bed = new LaneBed();
    private final Write head = bed.delete("a");
    private final WriteTurns turns = new InstanceWriteTurns(2, 1).on(bed.primary(), bed.io);
    private final LaneSending sending = new LaneSending();

    private Flight flight() {
        return new Flight(head, new CompletableFuture<>(), bed.io.nanoTime(), 0);
    }

    private WriteTurns.@Nullable Turn another() {
        return turns.take(CLIENT, BYTES);
    }

    private WriteTurns.Turn hold() {
        WriteTurns.Turn turn = Objects.requireNonNull(another());
        sending.holdTurn(turn);
        return turn;
    }

    @Test
    void aTurnUnderWhichNothingIsSentIsFreeAtOnce() {
        hold();
        assertNull(another());
        sending.endTurn();
        assertFalse(sending.hasTurn(BYTES));
        assertEquals(0, turns.line().underWay());
        assertNotNull(another());
    }

    @Test
    void aTurnThatEndsWhileItsRequestIsUnderWayGivesUpItsPlaceAndKeepsItsConnection() {
        WriteTurns.Turn turn = hold();
        sending.begin(flight());
        sending.endTurn();
        assertNull(sending.turn());
        assertEquals(1, turns.line().underWay());
        assertNotNull(another());
        assertEquals(2, turns.line().underWay());
        turn.end();
        assertEquals(1, turns.line().underWay());
    }

    @Test
    void aTurnIsEndedOnce() {
        hold();
        sending.endTurn();
        WriteTurns.Turn others = Objects.requireNonNull(another());
        sending.endTurn();
        assertEquals(1, turns.line().underWay());
        others.end();
        assertEquals(0, turns.line().underWay());
    }

    @Test
    void onlyARequestThatIsUnderWayIsSomethingThatOthersNeedNotWaitFor() {
        hold();
        sending.yieldTurn();
        assertNull(another(), "it is about to be sent");
        sending.begin(flight());
        sending.yieldTurn();
        assertTrue(sending.hasTurn(BYTES));
        assertNotNull(another());
    }

    @Test
    void aTurnPermitsNoLargerWriteThanItWasTakenFor() {
        assertFalse(sending.hasTurn(BYTES));
        WriteTurns.Turn turn = Objects.requireNonNull(turns.take(CLIENT, WriteTurns.SMALL));
        sending.holdTurn(turn);
        assertSame(turn, sending.turn());
        assertTrue(sending.hasTurn(WriteTurns.SMALL));
        assertFalse(sending.hasTurn(WriteTurns.SMALL + 1));
    }

    @Test
    void theEndOfAnOlderRequestIsNotThatOfTheOneUnderWay() {
        Flight older = flight();
        Flight latest = flight();
        assertNotEquals(older, latest, "the same head, sent again");
        sending.begin(older);
        sending.begin(latest);
        sending.end(older);
        assertSame(latest, sending.flight());
        sending.end(latest);
        assertNull(sending.flight());
    }

    @Test
    void thePlaceOfALargeBodyGoesOnToTheNextOnce() {
        Turns places = new Turns();
        List<Turn> next = new ArrayList<>();
        places.await(Runnable::run, sending::holdLargeBody);
        places.await(Runnable::run, next::add);
        places.await(Runnable::run, next::add);
        assertTrue(sending.holdsLargeBody());
        sending.endLargeBody();
        assertFalse(sending.holdsLargeBody());
        sending.endLargeBody();
        assertEquals(1, next.size());
    }

    /** A write that is in memory only while it is sent. */
    private Write large(String id) {
        String text = "x".repeat(LargeBodies.LARGE);
        return bed.write(
                OpKind.UPSERT, "{\"ids\":[\"" + id + "\"],\"embeddings\":[[1,2]],\"documents\":[\"" + text + "\"]}");
    }

    private static Lane leader(RecordLanes lanes) {
        return lanes.group().lane(0);
    }

    /** The first lanes send one to the replica, and the second ones wait to send another to the primary. */
    private void offerTwoLargeOnes(RecordLanes first, RecordLanes second) {
        Write write = bed.offer(first, large("a"));
        bed.offer(second, large("b"));
        bed.io.only(bed.primary()).done();
        assertEquals(bed.replica(), bed.io.only().instance);
        assertInstanceOf(LaneState.AwaitingPlace.class, leader(second).state());
        assertEquals(write.record().bodyBytes(), bed.services().stats().bodyBytes());
    }

    @Test
    void oneLargeBodyIsInMemoryAtATime() {
        RecordLanes first = bed.collection();
        RecordLanes second = bed.collection();
        offerTwoLargeOnes(first, second);
        bed.io.only().done();
        assertEquals(bed.primary(), bed.io.only().instance);
        assertTrue(leader(second).sending.holdsLargeBody());
        bed.answerAll();
        assertEquals(4, bed.io.sent().size());
        assertEquals(0, bed.services().stats().bodyBytes());
    }

    /** It has come back meanwhile, and sends something else. */
    @Test
    void aPlaceThatComesLateForALaneThatHadLeftGoesOnToTheNext() {
        RecordLanes first = bed.collection();
        RecordLanes second = bed.collection();
        offerTwoLargeOnes(first, second);
        VirtualIo.Sent large = bed.io.only();
        second.group().detach(leader(second));
        second.group().intake().attach(leader(second));
        bed.offer(second, bed.delete("c"));
        bed.offer(second, bed.delete("d"));
        VirtualIo.Sent small = bed.io.only(bed.primary());
        large.done();
        assertSame(small, bed.io.only(bed.primary()));
        assertInstanceOf(LaneState.Sending.class, leader(second).state());
        assertFalse(leader(second).sending.holdsLargeBody());
        bed.offer(first, large("e"));
        assertTrue(leader(first).sending.holdsLargeBody());
    }
}
