package org.chromaproxy.lane;

import java.util.Optional;
import java.util.Set;
import org.chromaproxy.capability.Feature;
import org.chromaproxy.time.Clock;
import org.chromaproxy.upstream.UpstreamResponse;
import org.jspecify.annotations.Nullable;

/**
 * What has become of a lane's head on its instance so far: how often it was tried there, and what was answered. Another head has
 * another object. Confined to the loop of its group.
 */
final class HeadAttempts {
    /** A head that so many requests were about, none of them answered, is not sent there any more. */
    private static final int MOST_SILENCES = 2;

    private final Clock clock;
    private boolean inDoubt;
    private int faults;
    private long firstFaultAt;
    private boolean unanswered;
    private @Nullable UpstreamResponse answer;
    private int busyAnswers;
    private long busySince;
    private boolean sound;
    private long appliedAtFault;
    private long appliedAtSend;
    private boolean sick;
    private boolean underWay;
    private long sentSince;
    private long lossesAtSend;
    private int silences;
    private boolean needsBarrier;
    private Set<Feature> awaited = Set.of();
    private @Nullable DeleteInPieces pieces;
    private @Nullable Endings endings;

    /** @param inDoubt whether the head may have been sent there before it was the head */
    HeadAttempts(Clock clock, boolean inDoubt) {
        this.clock = clock;
        this.inDoubt = inDoubt;
    }

    /** Whether the head was sent without an answer, or may have been before a restart. */
    boolean inDoubt() {
        return inDoubt;
    }

    void putInDoubt() {
        inDoubt = true;
    }

    /** An attempt ended without a usable answer while the instance was up. */
    void failed(long appliedThere) {
        if (faults == 0) {
            appliedAtFault = appliedThere;
            firstFaultAt = clock.nanoTime();
        }
        faults++;
    }

    /** The instance ended on it once more; that counts as so many faults at least. */
    void failedByEnding(int atLeast) {
        if (faults == 0) {
            firstFaultAt = clock.nanoTime();
        }
        faults = Math.max(faults, atLeast);
    }

    /** The faults count as so many from now on. */
    void countFaults(int times) {
        faults = times;
    }

    int faults() {
        return faults;
    }

    /** Nanoseconds since the first fault; only after a fault. */
    long sinceFirstFault() {
        return clock.nanoTime() - firstFaultAt;
    }

    /** Whether the latest attempt ended without any answer of the instance's own. */
    boolean unanswered() {
        return unanswered;
    }

    /** Whether the instance has applied other records since the head first failed there. */
    boolean othersApplied(long appliedNow) {
        return appliedNow > appliedAtFault;
    }

    /** Whether the last fault told of the server's disk or database, not of the record. */
    boolean sick() {
        return sick;
    }

    void toldOfServer(boolean ofServer) {
        sick = ofServer;
    }

    /** The latest answer to the head that was no outcome; null if there was none. */
    @Nullable
    UpstreamResponse answer() {
        return answer;
    }

    void answered(UpstreamResponse latest) {
        answer = latest;
    }

    /** The head was answered, in whatever way: the instance outlived it. */
    void survived() {
        unanswered = false;
        if (endings != null) {
            endings.survived();
        }
    }

    /** An attempt is over; how, is told next. */
    void ended() {
        unanswered = false;
    }

    /** Something else answered in the instance's place. */
    void answeredByAnother() {
        unanswered = true;
    }

    /** The connection it was sent on was closed without an answer. */
    void cutOff(Write head) {
        unanswered = true;
        Endings before = endings;
        Endings now = before != null && before.of(head) ? before : new Endings(head.lsn(), clock);
        endings = now;
        now.cutOff(lossesAtSend);
    }

    void forgetAnswer() {
        answer = null;
    }

    /** The instance, or something on the way to it, is too busy for the head. */
    void answeredBusy() {
        if (busyAnswers == 0) {
            busySince = clock.nanoTime();
        }
        busyAnswers++;
    }

    int busyAnswers() {
        return busyAnswers;
    }

    /** Nanoseconds since it was first too busy; only after it was. */
    long busyNanos() {
        return clock.nanoTime() - busySince;
    }

    /** Whether the instance was seen to be sound since the head first failed there. */
    boolean sound() {
        return sound;
    }

    void proved(boolean isSound) {
        sound = isSound;
    }

    /** The head is about to be sent. */
    void sending(long appliedThere) {
        if (!underWay) {
            underWay = true;
            sentSince = clock.nanoTime();
            appliedAtSend = appliedThere;
        }
    }

    /** The head, or a question that comes before it, goes to an instance that was lost so often. */
    void transmits(long losses) {
        lossesAtSend = losses;
    }

    /** What was to be sent never left. */
    void neverSent() {
        if (!inDoubt) {
            underWay = false;
        }
    }

    /** A piece of the head is executed there, and more of them follow. */
    void beforeNextPiece() {
        inDoubt = true;
        underWay = false;
    }

    /** Whether it was sent, and has had no usable answer since. */
    boolean underWay() {
        return underWay;
    }

    /** Whether that is so for longer than this. */
    boolean unansweredFor(long nanos) {
        return underWay && clock.nanoTime() - sentSince > nanos;
    }

    /** How many records the instance had applied when the head was first sent. */
    long appliedAtSend() {
        return appliedAtSend;
    }

    /** A request about it was never answered, and its connection is reset: another write has to go before it is sent again. */
    void silenced() {
        silences++;
        needsBarrier = true;
    }

    /** Whether the head was sent so often, and never answered, that it is not sent there any more. */
    boolean silencedTooOften() {
        return silences >= MOST_SILENCES;
    }

    /** Whether the head is sent again only behind another write: what was sent before may still have its effect. */
    boolean needsBarrier() {
        return needsBarrier;
    }

    void passedBarrier() {
        needsBarrier = false;
    }

    /** The head needs what the instance lacks: it waits for an upgrade. */
    void awaitUpgrade(Set<Feature> lacked) {
        awaited = lacked;
    }

    /** What the head needs and the instance lacked when it was looked at. */
    Set<Feature> awaited() {
        return awaited;
    }

    /**
     * What the instance is sent of the head next, where that is a delete of more ids than it is sent at once.
     *
     * @param body the head's, once it can be repeated
     */
    byte[] piece(Write head, byte[] body, long losses) {
        DeleteInPieces present = pieces;
        if (present == null || !present.goesOnWith(head, losses)) {
            present = DeleteInPieces.begin(head, body, losses).orElse(null);
            pieces = present;
        }
        return present == null ? body : present.next(body);
    }

    /** How far the instance has come with the head, if that is sent in pieces. */
    Optional<DeleteInPieces> pieces() {
        return Optional.ofNullable(pieces);
    }

    /** How often the instance ended while the head was under way; null if it was never cut off. */
    @Nullable
    Endings endings() {
        return endings;
    }

    /** Whether the head has ended this instance so often that it is not sent there any more. */
    boolean endsServer(Write head) {
        return endings != null && endings.of(head) && endings.proved();
    }

    /** Others may send what they suspect: nothing suspect is under way for this lane. */
    void endTrial() {
        if (endings != null) {
            endings.endTurn();
        }
    }
}
