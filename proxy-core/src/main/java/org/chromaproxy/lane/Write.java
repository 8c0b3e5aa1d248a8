package org.chromaproxy.lane;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.completion.Trail;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.route.Routes;
import org.chromaproxy.route.Segment;
import org.chromaproxy.route.UuidSwap;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.TransactionState;
import org.jspecify.annotations.Nullable;

/**
 * One committed record on its way to the instances.
 *
 * <p>Confined to the loop of its lane group, but for {@link #result}, which may be waited for from anywhere, and
 * {@link #abandoned}.
 */
public final class Write {
    /** Whether clients may be told, and followers may apply it. */
    public enum Decision {
        UNDECIDED,
        APPLIED,
        REFUSED
    }

    private static final byte[] NO_BODY = {};
    /** Everybody's creates and deletes wait while one of these is tried. */
    private static final int CATALOG_WEIGHT = 10;

    private final LogRecord record;
    private final boolean recovered;
    private final CompletableFuture<WriteResult> result = new CompletableFuture<>();
    private HttpHeaders clientHeaders = EmptyHttpHeaders.INSTANCE;
    private Trail trail = Trail.NONE;
    private byte @Nullable [] body;
    private @Nullable Footprint footprint;
    /** Where its path names the collection; null until that is asked. */
    private @Nullable Segment collection;

    private Decision decision = Decision.UNDECIDED;
    private int lanesToGo;
    private Runnable everywhere = () -> {};
    private Runnable whenTaken = () -> {};
    private @Nullable PrincipalUse principal;
    private boolean suspected;
    private boolean givenUp;
    private boolean givenUpBefore;
    private boolean unattended;
    private volatile boolean abandoned;

    /** Bodies are held by {@link #body} alone, so that dropping one frees it. */
    private Write(LogRecord record, boolean recovered) {
        this.record = record.withBody(NO_BODY);
        this.recovered = recovered;
    }

    /** A record just committed, its client waiting. A large body is left in the log until it can be sent. */
    public static Write fresh(LogRecord record, Footprint footprint, HttpHeaders clientHeaders) {
        Write write = new Write(record, false);
        write.body = write.large() ? null : record.content().request().body();
        write.footprint = footprint;
        write.clientHeaders = clientHeaders;
        return write;
    }

    /** A record read back that left memory before its turn: each lane remembers whether it sent it. */
    static Write again(LogRecord record) {
        return new Write(record, false);
    }

    /** A record found in the log at start: in doubt on every instance whose cursor has not passed it. */
    static Write recovered(LogRecord record) {
        return new Write(record, true);
    }

    /** Its client's exchange, until it is decided. */
    public Write followedBy(Trail of) {
        trail = of;
        return this;
    }

    /** Who sent it: what it costs others is counted there. */
    public Write chargedTo(PrincipalUse of) {
        principal = of;
        return this;
    }

    /** It may be one that no server can execute: an instance failed it more than once, and applied others meanwhile. */
    void suspect() {
        PrincipalUse of = principal;
        if (of != null && !suspected && !decided()) {
            suspected = true;
            of.suspect();
        }
    }

    /** Whose doing its faults may be; empty if that is not known. */
    Optional<Object> culprit() {
        return Optional.ofNullable(principal);
    }

    /** Whose turn it is when it is sent: its client's where that is known, else its tenant's. */
    Object sender() {
        PrincipalUse of = principal;
        return of != null ? of : subject().tenant();
    }

    private void clear() {
        PrincipalUse of = principal;
        if (of != null && suspected) {
            suspected = false;
            of.cleared();
        }
    }

    /** Whether it was given up: unlike what was refused, it may have had its effect on some instance. */
    boolean givenUp() {
        return givenUp;
    }

    /** The log says that it was given up. */
    void foundGivenUp() {
        givenUp = true;
        givenUpBefore = true;
    }

    /** Whether that was found in the log. */
    boolean givenUpBefore() {
        return givenUpBefore;
    }

    /** It is given up. */
    void deadLetter() {
        givenUp = true;
        PrincipalUse of = principal;
        if (of != null) {
            of.deadLetter(kind().catalog() ? CATALOG_WEIGHT : 1);
        }
    }

    /** Whether whoever sent it has had so many writes given up that no more of them are tried for a while. */
    boolean barred() {
        PrincipalUse of = principal;
        return of != null && !unattended() && of.barred();
    }

    /** Where to note what becomes of it, as long as it is undecided. */
    Trail trail() {
        return trail;
    }

    public long lsn() {
        return record.lsn();
    }

    LogRecord record() {
        return record;
    }

    OpKind kind() {
        return record.content().kind();
    }

    public Subject subject() {
        return record.content().subject();
    }

    /** Whether the record is for that instance: for its only one, or for all. */
    boolean addresses(Instance instance) {
        String target = subject().target();
        return target.isEmpty() || target.equals(instance.name());
    }

    /** Whether it is for one instance only. */
    boolean targeted() {
        return !subject().target().isEmpty();
    }

    /** The request's path, with the collection's id on an instance in the place of the one that clients know. */
    String pathIn(UUID instanceId) {
        String path = record.content().request().path();
        Segment known = collection;
        if (known == null) {
            known = Routes.classify(HttpMethod.POST, path).collection();
            collection = known;
        }
        return UuidSwap.swapSegment(path, known, instanceId);
    }

    /** Completes once, when the client may be told, or is cancelled when it is forgotten; on the group's loop. */
    public CompletableFuture<WriteResult> result() {
        return result;
    }

    /** Whether a client was told that the outcome will come later: then the outcome is kept for it to find. */
    boolean abandoned() {
        return abandoned;
    }

    /** Its client no longer waits for the outcome here. */
    void abandon() {
        abandoned = true;
    }

    /** Whether nobody waits here for its outcome: then it may leave memory until its turn comes. */
    boolean unattended() {
        return unattended || abandoned;
    }

    /**
     * Its client waits only until the lanes have taken it in; to be set before it is offered.
     *
     * @param taken called once, on any thread
     */
    public void leaveUnattended(Runnable taken) {
        unattended = true;
        whenTaken = taken;
    }

    /** The lanes have it in memory, or left it in the log; or its result tells why not. */
    void taken() {
        whenTaken.run();
        whenTaken = () -> {};
    }

    boolean recovered() {
        return recovered;
    }

    /** Whether the outcome gets a row of its own. */
    boolean keepsOutcome() {
        return abandoned || record.content().transaction().isPresent();
    }

    /** The outcome of a record that is applied, as the log keeps it. */
    Change applied(WriteResult told) {
        TransactionState state = abandoned || recovered ? TransactionState.RECOVERED : TransactionState.COMPLETED;
        return new Change.Outcome(lsn(), state, told.status(), "", told.body());
    }

    HttpHeaders clientHeaders() {
        return clientHeaders;
    }

    /** Whether its body is in memory only while it is sent: see {@link LargeBodies}. */
    public boolean large() {
        return LargeBodies.needTurn(record.bodyBytes());
    }

    public byte @Nullable [] body() {
        return body;
    }

    void body(byte[] loaded) {
        body = loaded;
    }

    /** Lets go of the body; whoever needs it again reads it from the log. Returns the bytes freed. */
    int dropBody() {
        int freed = body == null ? 0 : body.length;
        body = null;
        return freed;
    }

    @Nullable
    Footprint footprint() {
        return footprint;
    }

    void footprint(Footprint known) {
        footprint = known;
    }

    boolean decided() {
        return decision != Decision.UNDECIDED;
    }

    boolean refused() {
        return decision == Decision.REFUSED;
    }

    public void decide(Decision taken) {
        decision = taken;
        clear();
        clientHeaders = EmptyHttpHeaders.INSTANCE;
        trail = Trail.NONE;
    }

    /** It is in the log only from now on: another object will be made for it, and this result is cancelled. */
    void forgotten() {
        clear();
        result.cancel(false);
    }

    /** What to do once no lane has it any more. */
    Runnable everywhere() {
        return everywhere;
    }

    void whenEverywhere(Runnable action) {
        everywhere = action;
    }

    void queuedOn(int lanes) {
        lanesToGo = lanes;
    }

    /** Another lane has read it from the log. */
    void queuedOnOneMore() {
        lanesToGo++;
    }

    /** Whether some lane holds it in memory. */
    boolean queued() {
        return lanesToGo > 0;
    }

    /** One lane is done with it; true when it was the last. */
    boolean passedOne() {
        return --lanesToGo == 0;
    }
}
