package org.chromaproxy.lane;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Change.Teller;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who leads one group: whose answer clients get. A change is durable before it takes effect, and sticky: it goes back to
 * the preferred instance only after that has been stable for a while and holds everything.
 */
final class Leadership {
    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
    private static final long STABLE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** So long writes wait for both sides of a hand-over to come to rest. */
    private static final long HANDOVER_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** When a hand-over from an instance that is drained is tried again. */
    private static final long DRAIN_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final int NOBODY = -1;
    /** Decided records a follower in step may have before it; then the leader waits for it. */
    private static final int STEPS = 500;

    private static final Pattern RECORD = Pattern.compile("record \\d+");

    private final Lanes group;
    private final LaneSemantics semantics;
    private final Tellers tellers;
    private int leader;
    private long term;
    private boolean moving;
    /** Where leadership goes as soon as both sides come to rest, which undecided records wait for; -1 for nowhere. */
    private int heir = NOBODY;

    /** Since when there is an heir, and before when none is looked for, by the clock. */
    private long heirSince;

    private long noHeirBefore;

    private boolean ahead;
    /** Begins the change of leader as soon as what the present one has executed is durable: that stands. */
    private @Nullable Runnable nextTerm;

    Leadership(Lanes group, LaneSemantics semantics, int leader, Led led) {
        this.group = group;
        this.semantics = semantics;
        this.tellers = new Tellers(led.tellers(), group.lane(leader).instance.name());
        this.leader = leader;
        this.term = led.term();
        this.noHeirBefore = group.io().nanoTime();
    }

    boolean leads(Lane lane) {
        return lane.index() == leader;
    }

    /** What the log says of who led before, or what these lanes were told when they were made. */
    record Led(long term, List<Teller> tellers) {
        static final Led NEVER = new Led(0, List.of());
    }

    /** See {@link Lanes#teller}. */
    Lane teller(Write write) {
        String name = tellers.of(write.lsn());
        return group.lanes().stream()
                .filter(lane -> lane.instance.name().equals(name))
                .findFirst()
                // It is not configured any more, and nobody will ask it.
                .orElseGet(group::leader);
    }

    /** The same for whoever makes these lanes anew. */
    Led led() {
        return new Led(term, tellersToKeep());
    }

    private List<Teller> tellersToKeep() {
        long decided = group.lanes().stream()
                .mapToLong(lane -> lane.cursor.durable())
                .max()
                .orElse(0);
        return tellers.toKeep(decided, group.inherited());
    }

    /** Grows with every change of leader. */
    long term() {
        return term;
    }

    /** Whether the leader may not send: leadership is on the move, or about to be. */
    boolean paused() {
        return moving || heir != NOBODY;
    }

    /** Whether the leader must wait: so acceptance slows down to what all healthy instances can take. */
    boolean ahead() {
        ahead = false;
        for (Lane lane : group.lanes()) {
            ahead |= !leads(lane) && lane.fallsBehind(STEPS);
        }
        return ahead;
    }

    /** Looks for another leader, because this one cannot take writes; stays if there is none. */
    void elect() {
        Lane current = group.lane(leader);
        elect(lane -> true, current + " cannot take writes: " + reason(current));
    }

    /** Lets one of those lead that are wanted and can; false if there is none. */
    boolean elect(Predicate<Lane> wanted, String why) {
        Optional<Lane> next = best(wanted);
        next.ifPresent(lane -> move(lane, why));
        return next.isPresent();
    }

    private static String reason(Lane lane) {
        return lane.instance.usable() ? lane.instance.writes().reason() : lane.instance.reason();
    }

    /** Lets another instance decide the head that this one cannot: one that has tried it less, or not to the end. */
    boolean yieldTo(String why) {
        return yieldTo(why, lane -> true);
    }

    /** The same to one of those that are wanted. */
    boolean yieldTo(String why, Predicate<Lane> wanted) {
        Lane current = group.lane(leader);
        Write head = current.head();
        Optional<Lane> other = head == null
                ? Optional.empty()
                : best(lane -> wanted.test(lane)
                        && (lane.head() != head
                                || (lane.attempts().busyAnswers() == 0
                                        && !group.poisoned(lane, head)
                                        && (lane.attempts().faults()
                                                        < Math.max(
                                                                LaneSemantics.MAX_FAULTS,
                                                                current.attempts()
                                                                        .faults())
                                                || current.attempts().busyAnswers() > 0
                                                || group.poisoned(current, head)))));
        other.ifPresent(lane -> move(lane, why));
        return other.isPresent();
    }

    private Optional<Lane> best(Predicate<Lane> wanted) {
        return group.lanes().stream()
                .filter(lane -> !leads(lane) && semantics.canLead(lane) && lane.takesWrites() && wanted.test(lane))
                // The one that is furthest has the least to apply before it can decide anything.
                .min(Comparator.<Lane>comparingInt(lane -> lane.attempts().faults())
                        .thenComparing(lane -> lane.cursor.applied(), Comparator.reverseOrder()));
    }

    /** Looks for another leader if this one has something to decide and cannot. */
    void electIfStuck() {
        Lane lane = group.lane(leader);
        if (!lane.takesWrites() && (lane.head() != null || lane.spilled())) {
            elect();
        }
    }

    /** Whether a change of leader is being made durable. */
    boolean moving() {
        return moving;
    }

    private void move(Lane to, String why) {
        if (moving) {
            return;
        }
        moving = true;
        long next = term + 1;
        LOG.info("{}: leadership moves from {} to {} (term {}): {}", group, group.lane(leader), to, next, why);
        String cause = cause(group.lane(leader).instance, why);
        Change.Lead change = new Change.Lead(group.id(), to.instance.name(), next, tellersToKeep());
        Lane from = group.lane(leader);
        // With the cursor behind all that it has executed: what it has told is known to be done.
        nextTerm = () -> group.services()
                .log()
                .submit(
                        List.of(new Change.Cursor(group.id(), from.instance.name(), from.cursor.applied()), change),
                        true,
                        () -> group.io().execute(() -> moved(to, next, cause)));
        settled(group.lane(leader));
    }

    /** Some of what the lane has executed is durable, or is to be executed again. */
    void settled(Lane lane) {
        Runnable begin = nextTerm;
        if (begin != null
                && leads(lane)
                && (lane.cursor.unsettled().isEmpty() || lane.cursor.unsettled().condemned())) {
            nextTerm = null;
            begin.run();
        }
    }

    /** The same for every collection, so that their moves can be told as one. */
    private static String cause(Instance from, String why) {
        return from.usable()
                ? RECORD.matcher(why).replaceAll("a record").replaceAll(": .*", "")
                : from + ": " + from.reason();
    }

    private void moved(Lane to, long next, String cause) {
        moving = false;
        heir = NOBODY;
        group.lane(leader).instance.history().ledAway(to.instance, cause);
        leader = to.index();
        term = next;
        group.gate().lead(leader);
        group.pumpAll();
    }

    /** Called about once a second: brings leadership home when it can, and away from an instance that is drained. */
    void tick(int preferred) {
        long now = group.io().nanoTime();
        if (heir != NOBODY && now - heirSince > HANDOVER_NANOS) {
            boolean draining = group.lane(leader).instance.draining();
            noHeirBefore = now + (draining ? DRAIN_AGAIN_NANOS : STABLE_NANOS);
            LOG.info("{}: {} does not come to rest, so leadership stays for now", group, group.lane(heir));
        }
        int next = moving || now - noHeirBefore < 0 ? NOBODY : heir(preferred);
        boolean ends = heir != NOBODY && next == NOBODY;
        if (heir != next) {
            heir = next;
            heirSince = now;
        }
        if (ends) {
            group.pumpAll();
        }
        settleHandover();
    }

    private int heir(int preferred) {
        if (group.lane(leader).instance.draining()) {
            return group.lanes().stream()
                    .filter(lane -> !leads(lane) && rests(lane) && semantics.canLead(lane) && lane.takesWrites())
                    .filter(lane -> lane.nearlyCaughtUp(group.lane(leader)))
                    .findFirst()
                    .map(Lane::index)
                    .orElse(NOBODY);
        }
        Lane home = group.lane(preferred);
        boolean ready =
                rests(home) && semantics.canLead(home) && stable(home) && home.nearlyCaughtUp(group.lane(leader));
        return leader != preferred && ready ? preferred : NOBODY;
    }

    /** Whether it will come to rest before long: not while a request there is unanswered for too long. */
    private boolean rests(Lane lane) {
        return !lane.attempts().unansweredFor(group.services().unansweredNanos());
    }

    /** Moves as soon as neither side has anything under way; called whenever a lane comes to rest. */
    void settleHandover() {
        if (ahead && !ahead()) {
            group.pump(group.lane(leader));
        }
        if (heir == NOBODY || moving) {
            return;
        }
        Lane next = group.lane(heir);
        if (!semantics.canLead(next) || !next.takesWrites()) {
            heir = NOBODY;
            group.pumpAll();
        } else if (!group.lane(leader).atWork() && !next.isOccupied() && next.caughtUp(group.lane(leader))) {
            boolean drained = group.lane(leader).instance.draining();
            move(next, drained ? group.lane(leader) + " is being drained" : next + " is stable again");
        }
    }

    private boolean stable(Lane lane) {
        long upFor = group.io().nanoTime() - lane.instance.upSinceNanos();
        return lane.takesWrites() && Math.min(upFor, lane.instance.writes().soundNanos()) >= STABLE_NANOS;
    }
}
