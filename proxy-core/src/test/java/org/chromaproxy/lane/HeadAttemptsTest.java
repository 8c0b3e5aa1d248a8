package org.chromaproxy.lane;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.chromaproxy.lane.Turns.Turn;
import org.chromaproxy.scan.PlainDelete;
import org.chromaproxy.wal.record.OpKind;
import org.junit.jupiter.api.Test;

class HeadAttemptsTest {
    private static final int REST = 3;

    private final LaneBed bed = new LaneBed();
    private final Write head = bed.delete("a");
    private final HeadAttempts attempts = new HeadAttempts(bed.io, false);

    private static long nanos(long ms) {
        return TimeUnit.MILLISECONDS.toNanos(ms);
    }

    private Endings endings() {
        return Objects.requireNonNull(attempts.endings());
    }

    /** It is sent, and cut off by the end of the server, which had ended so often before. */
    private void endServer(long losses) {
        attempts.transmits(losses);
        attempts.cutOff(head);
        endings().look(losses + 1);
    }

    @Test
    void faultsAreCountedFromTheFirstOneOn() {
        attempts.failed(3);
        bed.io.runFor(100);
        attempts.failed(5);
        assertEquals(2, attempts.faults());
        assertEquals(nanos(100), attempts.sinceFirstFault());
        assertFalse(attempts.othersApplied(3));
        assertTrue(attempts.othersApplied(4), "what was applied between two faults counts");
    }

    @Test
    void theEndOfTheServerCountsAsManyFaultsAndNeverAsFewer() {
        attempts.failedByEnding(2);
        bed.io.runFor(50);
        assertEquals(2, attempts.faults());
        assertEquals(nanos(50), attempts.sinceFirstFault());
        attempts.failed(0);
        attempts.failed(0);
        attempts.failedByEnding(2);
        assertEquals(4, attempts.faults());
        assertEquals(nanos(50), attempts.sinceFirstFault());
    }

    @Test
    void itIsTooBusySinceTheFirstTimeItSaidSo() {
        attempts.answeredBusy();
        bed.io.runFor(10);
        attempts.answeredBusy();
        assertEquals(2, attempts.busyAnswers());
        assertEquals(nanos(10), attempts.busyNanos());
        assertEquals(0, attempts.faults());
    }

    @Test
    void whatIsSentAgainIsUnansweredSinceItWasSentFirst() {
        attempts.sending(1);
        bed.io.runFor(50);
        attempts.sending(9);
        assertTrue(attempts.unansweredFor(nanos(49)));
        assertFalse(attempts.unansweredFor(nanos(50)));
        assertEquals(1, attempts.appliedAtSend());
    }

    @Test
    void whatNeverLeftIsNotUnderWay() {
        attempts.sending(1);
        attempts.neverSent();
        assertFalse(attempts.underWay());
        bed.io.runFor(50);
        attempts.sending(9);
        assertFalse(attempts.unansweredFor(0));
        assertEquals(9, attempts.appliedAtSend());
    }

    @Test
    void anAttemptThatNeverLeftSaysNothingOfAnEarlierOneThatDid() {
        attempts.sending(1);
        attempts.putInDoubt();
        attempts.neverSent();
        assertTrue(attempts.underWay());
        assertTrue(attempts.inDoubt());
    }

    @Test
    void betweenTwoPiecesTheHeadIsInDoubtAndNothingOfItIsUnderWay() {
        attempts.sending(1);
        attempts.beforeNextPiece();
        assertTrue(attempts.inDoubt());
        assertFalse(attempts.underWay());
    }

    @Test
    void afterEachSilenceItIsSentBehindAnotherWriteAndAfterTheSecondNotAtAll() {
        assertFalse(attempts.needsBarrier());
        attempts.silenced();
        assertTrue(attempts.needsBarrier());
        assertFalse(attempts.silencedTooOften());
        attempts.passedBarrier();
        assertFalse(attempts.needsBarrier());
        attempts.silenced();
        assertTrue(attempts.needsBarrier());
        assertTrue(attempts.silencedTooOften());
    }

    @Test
    void onlyTheRecordThatEndedTheServerIsHeldBackFromIt() {
        for (int losses = 0; losses < 4; losses++) {
            assertFalse(attempts.endsServer(head));
            endServer(losses);
        }
        assertTrue(attempts.endsServer(head));
        Write other = bed.delete("b");
        assertFalse(attempts.endsServer(other));
        attempts.cutOff(other);
        assertFalse(attempts.endsServer(head), "the endings are those of the record that was cut off last");
        assertEquals(0, endings().count());
    }

    @Test
    void aServerThatWasLostBeforeTheHeadWasSentDidNotEndOnIt() {
        attempts.transmits(7);
        attempts.cutOff(head);
        endings().look(7);
        assertEquals(0, endings().count());
        endings().look(8);
        assertEquals(1, endings().count());
    }

    @Test
    void anAnswerShowsThatTheServerOutlivedTheHead() {
        endServer(0);
        endServer(1);
        assertTrue(attempts.unanswered());
        attempts.survived();
        assertFalse(attempts.unanswered());
        assertEquals(0, endings().count());
    }

    @Test
    void onlyAConnectionThatBreaksAndAStrangersAnswerLeaveItUnanswered() {
        assertFalse(attempts.unanswered());
        attempts.cutOff(head);
        assertTrue(attempts.unanswered());
        attempts.ended();
        assertFalse(attempts.unanswered());
        attempts.answeredByAnother();
        assertTrue(attempts.unanswered());
    }

    @Test
    void theNextSuspectGetsItsTurnWhenTheTrialEnds() {
        Turns turns = new Turns();
        List<Turn> next = new ArrayList<>();
        attempts.endTrial();
        endServer(0);
        turns.await(Runnable::run, endings()::begin);
        turns.await(Runnable::run, next::add);
        assertEquals(0, next.size());
        attempts.endTrial();
        assertEquals(1, next.size());
    }

    private Write longDelete() {
        String ids = IntStream.range(0, PlainDelete.PIECE + REST)
                .mapToObj(i -> "\"r" + i + "\"")
                .collect(Collectors.joining(","));
        return bed.write(OpKind.DELETE, "{\"ids\":[" + ids + "]}");
    }

    private long idsIn(Write write, long losses) {
        byte[] piece = attempts.piece(write, Objects.requireNonNull(write.body()), losses);
        return new String(piece, StandardCharsets.UTF_8)
                .chars()
                .filter(c -> c == 'r')
                .count();
    }

    private DeleteInPieces pieces() {
        return attempts.pieces().orElseThrow();
    }

    @Test
    void aLongDeleteIsSentInPiecesEachOnceTheOneBeforeIsDone() {
        Write write = longDelete();
        assertEquals(PlainDelete.PIECE, idsIn(write, 0));
        pieces().sent();
        pieces().applied(VirtualIo.response(200, "{\"deleted\":1999}"));
        assertTrue(pieces().hasMore());
        assertEquals(REST, idsIn(write, 0));
        pieces().sent();
        pieces().applied(VirtualIo.response(200, "{\"deleted\":2}"));
        assertFalse(pieces().hasMore());
        assertEquals(
                "{\"deleted\":2001}",
                pieces().whole(VirtualIo.response(200, "{\"deleted\":2}")).text());
    }

    @Test
    void aPieceThatWasNotAnsweredMakesTheDeleteBeginAnew() {
        Write write = longDelete();
        idsIn(write, 0);
        pieces().sent();
        pieces().applied(VirtualIo.response(200, "{}"));
        assertEquals(REST, idsIn(write, 0));
        pieces().sent();
        assertEquals(PlainDelete.PIECE, idsIn(write, 0));
        assertFalse(pieces().begun());
    }

    @Test
    void aServerThatWasLostBetweenTwoPiecesIsSentAllOfThem() {
        Write write = longDelete();
        idsIn(write, 0);
        pieces().sent();
        pieces().applied(VirtualIo.response(200, "{}"));
        assertEquals(PlainDelete.PIECE, idsIn(write, 1));
    }

    @Test
    void aShortDeleteIsSentWhole() {
        byte[] body = Objects.requireNonNull(head.body());
        assertArrayEquals(body, attempts.piece(head, body, 0));
        assertTrue(attempts.pieces().isEmpty());
    }
}
