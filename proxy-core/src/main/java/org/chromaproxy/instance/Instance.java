package org.chromaproxy.instance;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.chromaproxy.capability.Capabilities;
import org.chromaproxy.time.Clock;

/** One Chroma server. Thread-safe. */
public final class Instance {
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String name;
    private final int index;
    private final URI uri;
    private final String authority;
    private final boolean tls;
    private final Map<String, String> credentials;
    private final Clock clock;
    private final ReadLoad reads = new ReadLoad();
    private final WriteHealth writes;
    private final LongAdder requests = new LongAdder();
    private final LongAdder successes = new LongAdder();
    private final LongAdder inFlight = new LongAdder();
    private final AtomicLong consecutiveFailures = new AtomicLong();
    private final PendingCounts pending;
    private final Holds holds;
    private final LongAdder answers = new LongAdder();
    private final InstanceHistory history;
    private final List<StateListener> listeners = new CopyOnWriteArrayList<>();
    private volatile InstanceState state = InstanceState.STARTING;
    private volatile String reason = "not probed yet";
    private volatile Instant stateSince;
    private volatile long stateSinceNanos;
    private volatile Instant lastCheck = Instant.EPOCH;
    private volatile long lastSuccessNanos;
    private volatile long probeBegunNanos;
    private volatile boolean letGo;
    private volatile Capabilities capabilities = Capabilities.UNKNOWN;
    private volatile boolean capabilitiesSuspect;
    private volatile long restUntilNanos;
    private volatile long witnessing;
    private volatile long witnessed;
    private final LongAdder applied = new LongAdder();
    /** When the latest look that found its data to be the log's began. */
    private volatile long recognisedNanos;
    /** When something on the way last said that it is not there. */
    private volatile long missedNanos;
    /** Guarded by this for writing. */
    private volatile long losses;

    private volatile Shown shown;

    /** How it stands, why, and since when: for operators. */
    public record Shown(Standing standing, String reason, Instant since) {}

    /**
     * @param index position in the configured order; 0 is the primary
     * @throws IllegalArgumentException when the address is not {@code http://host[:port]}, or https
     */
    public Instance(String name, int index, URI uri) {
        this(name, index, uri, Optional.empty());
    }

    /** @param token what it is shown with every request: a bare token, or a scheme and what belongs to it */
    public Instance(String name, int index, URI uri, Optional<String> token) {
        this(name, index, uri, token, Clock.SYSTEM);
    }

    /** @param clock what it measures times of its own with */
    public Instance(String name, int index, URI uri, Optional<String> token, Clock clock) {
        this.tls = "https".equals(uri.getScheme());
        if ((!tls && !"http".equals(uri.getScheme())) || uri.getHost() == null) {
            throw new IllegalArgumentException("instance " + name
                    + ": the address must look like http://host:port or https://host:port, not " + uri);
        }
        this.name = name;
        this.index = index;
        this.uri = uri;
        this.credentials = token.map(Instance::credentials).orElse(Map.of());
        this.clock = clock;
        this.writes = new WriteHealth(clock, reads);
        this.pending = new PendingCounts(clock);
        this.holds = new Holds(clock);
        this.history = new InstanceHistory(name, clock);
        this.stateSince = clock.now();
        this.stateSinceNanos = clock.nanoTime();
        this.lastSuccessNanos = stateSinceNanos;
        this.probeBegunNanos = stateSinceNanos;
        this.restUntilNanos = stateSinceNanos;
        this.recognisedNanos = stateSinceNanos;
        this.missedNanos = stateSinceNanos;
        this.shown = new Shown(Standing.STARTING, reason, stateSince);
        this.authority = uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
    }

    public String name() {
        return name;
    }

    public int index() {
        return index;
    }

    public URI uri() {
        return uri;
    }

    /** The value of the {@code Host} header. */
    public String authority() {
        return authority;
    }

    /** The headers that show it the proxy's own token, by their names; none if there is no token. */
    public Map<String, String> credentials() {
        return credentials;
    }

    /** Which of the two headers a server expects is its configuration. */
    private static Map<String, String> credentials(String token) {
        return token.indexOf(' ') > 0
                ? Map.of("authorization", token)
                : Map.of("authorization", "Bearer " + token, "x-chroma-token", token);
    }

    /** Whether it speaks TLS. */
    public boolean tls() {
        return tls;
    }

    /** Not resolved: each connection asks anew, so that a moved address is followed. */
    public InetSocketAddress address() {
        return InetSocketAddress.createUnresolved(uri.getHost(), port());
    }

    private int port() {
        int standard = tls ? 443 : 80;
        return uri.getPort() < 0 ? standard : uri.getPort();
    }

    public InstanceState state() {
        return state;
    }

    /** Why it is in its state, for humans. */
    public String reason() {
        return reason;
    }

    Instant stateSince() {
        return stateSince;
    }

    /** When it came into its state, by the clock. */
    public long upSinceNanos() {
        return stateSinceNanos;
    }

    /** A witness that names that LSN is about to be put on it: what it answers from now on may be later than that. */
    public synchronized void witnessing(long lsn) {
        witnessing = Math.max(witnessing, lsn);
    }

    /** What the latest witness names that is, or may be, put on it. */
    public long witnessing() {
        return witnessing;
    }

    /** The log knows that it carries a witness that names that LSN, and that it is not to be let in without. */
    public synchronized void witnessed(long lsn) {
        witnessed = Math.max(witnessed, lsn);
    }

    /** What that witness names; 0 before this process has put one. What was applied before it was sent is on the disk. */
    public long witnessed() {
        return witnessed;
    }

    /** It applied a write of a collection. Any thread. */
    public void appliedWrite() {
        applied.increment();
    }

    /** How many it applied since this process began. */
    public long appliedWrites() {
        return applied.sum();
    }

    /** A look at it that began then, by {@link System#nanoTime}, found that its data are those the log left there. */
    public synchronized void recognised(long begunNanos) {
        if (begunNanos - recognisedNanos > 0) {
            recognisedNanos = begunNanos;
        }
    }

    /** Whether such a look began after that time, and after it was last {@linkplain #missed missed}. */
    public boolean recognisedSince(long nanos) {
        return recognisedNanos - lookedForSince(nanos) > 0;
    }

    /** Something on the way failed to reach it, on a connection that lives on: what answers there next may be another server. */
    public void missed() {
        missedNanos = clock.nanoTime();
    }

    /** The later of that time and when it was last missed: a look must have begun after both. */
    public long lookedForSince(long nanos) {
        long missed = missedNanos;
        return missed - nanos > 0 ? missed : nanos;
    }

    /** Whether it takes requests at all. This and the next two are the only gates there are. */
    public boolean usable() {
        InstanceState now = state;
        return now == InstanceState.UP || now == InstanceState.DRAINING;
    }

    /** Whether it may come to lead, and is read where another could be. */
    public boolean preferable() {
        return state == InstanceState.UP;
    }

    /** How often it went down while it was in use. */
    public long losses() {
        return losses;
    }

    /** Whether it hands over what it leads. */
    public boolean draining() {
        return state == InstanceState.DRAINING;
    }

    /** Whether the log has let go of it: nothing that is logged waits for it, and only a resync brings it back. */
    public boolean letGo() {
        return letGo;
    }

    public void letGo(boolean now) {
        letGo = now;
    }

    /** What it can do, as last seen; looked at anew at each return, before it is used. */
    public Capabilities capabilities() {
        return capabilities;
    }

    public void capabilities(Capabilities seen) {
        capabilities = seen;
    }

    /** A connection to it broke: another server may answer there by now, sooner than it was missed. */
    public void suspectCapabilities() {
        capabilitiesSuspect = true;
    }

    /** Whether {@link #suspectCapabilities} was called since this was last asked. */
    public boolean takeCapabilitiesSuspicion() {
        boolean suspect = capabilitiesSuspect;
        capabilitiesSuspect = false;
        return suspect;
    }

    /** How far it is behind the log. */
    public PendingCounts pending() {
        return pending;
    }

    /** Which of its lanes stand still. */
    public Holds holds() {
        return holds;
    }

    public InstanceHistory history() {
        return history;
    }

    public Shown shown() {
        return shown;
    }

    /** Whether it takes writes, beyond answering. */
    public WriteHealth writes() {
        return writes;
    }

    /** What it executes of heavy reads. */
    public ReadLoad reads() {
        return reads;
    }

    /** Hears every change of state from now on, on the thread that makes it. */
    public void onChange(StateListener listener) {
        listeners.add(listener);
    }

    /** Changes the state and tells the listeners, unless it is that already. */
    public synchronized void become(InstanceState next, String why) {
        InstanceState previous = state;
        if (previous == next) {
            return;
        }
        reason = why;
        stateSince = clock.now();
        stateSinceNanos = clock.nanoTime();
        state = next;
        boolean served = previous == InstanceState.UP || previous == InstanceState.DRAINING;
        if (!served) {
            writes.clear();
        } else if (next == InstanceState.DOWN) {
            losses++;
        }
        look();
        listeners.forEach(listener -> listener.changed(this, previous, next));
    }

    /** Says more of why it is in that state, if it still is. */
    public synchronized void explain(InstanceState still, String why) {
        if (state == still) {
            reason = why;
        }
    }

    /** Looks anew how it stands, and keeps a change in its history. To be called a few times a second. */
    public synchronized void look() {
        pending.sample();
        Shown before = shown;
        Shown now = StandingRule.of(this, before, clock.now());
        if (now.standing() != before.standing()) {
            history.stood(before.standing(), now.standing(), now.reason());
        }
        shown = now;
    }

    /** A request was sent. */
    public void started() {
        requests.increment();
        inFlight.increment();
    }

    /**
     * An answer arrived.
     *
     * @param well whether a sound server gives such answers: others say no more than that something answers there
     */
    public void answered(boolean well) {
        inFlight.decrement();
        answers.increment();
        if (!well) {
            return;
        }
        successes.increment();
        lastSuccessNanos = clock.nanoTime();
        consecutiveFailures.set(0);
    }

    /** A request got no answer. */
    public void failed() {
        inFlight.decrement();
        consecutiveFailures.incrementAndGet();
    }

    /** It said that it is too busy, or something on the way answered: for a moment reads go elsewhere where they can. */
    public void rest() {
        restUntilNanos = clock.nanoTime() + REST_NANOS;
    }

    /** Whether reads had better go elsewhere. */
    public boolean resting() {
        return restUntilNanos - clock.nanoTime() > 0;
    }

    /** An active probe is sent. */
    public void probing() {
        probeBegunNanos = clock.nanoTime();
    }

    /** How long the latest probe has waited without anything being heard; 0 when something was. */
    long unansweredNanos() {
        long begun = probeBegunNanos;
        return begun - lastSuccessNanos > 0 ? clock.nanoTime() - begun : 0;
    }

    /** Marks the time of an active probe. */
    public void checked(boolean success) {
        lastCheck = clock.now();
        if (success) {
            lastSuccessNanos = clock.nanoTime();
            consecutiveFailures.set(0);
        } else {
            consecutiveFailures.incrementAndGet();
        }
    }

    /** Nanoseconds since it last answered as a sound server does. */
    public long silentNanos() {
        return clock.nanoTime() - lastSuccessNanos;
    }

    public Instant lastCheck() {
        return lastCheck;
    }

    public long requests() {
        return requests.sum();
    }

    /** Requests it has answered with any status. */
    public long answers() {
        return answers.sum();
    }

    /** Those of them that were answered as a sound server does. */
    public long successes() {
        return successes.sum();
    }

    public long outstanding() {
        return inFlight.sum();
    }

    public long consecutiveFailures() {
        return consecutiveFailures.get();
    }

    @Override
    public String toString() {
        return name;
    }

    /** Hears changes of an instance's state. */
    @FunctionalInterface
    public interface StateListener {
        void changed(Instance instance, InstanceState from, InstanceState to);
    }
}
