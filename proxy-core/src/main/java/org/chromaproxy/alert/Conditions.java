package org.chromaproxy.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.admit.LogCapacity;
import org.chromaproxy.alert.Condition.Words;
import org.chromaproxy.instance.Holds.Hold;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.wal.append.LogState;

/** Looks at the proxy and says what is well and what is not. Confined to one thread; reads memory only. */
final class Conditions {
    /** Records that wait so long without any commit mean that the log does not commit. */
    private static final long STALLED_NANOS = 5_000_000_000L;

    private static final int LONGEST = 400;
    /** A lane that stands still for longer is worth telling. */
    private static final Duration HELD = Duration.ofSeconds(30);

    private final AlertSources sources;
    private long committed = -1;
    private long movedAt;

    Conditions(AlertSources sources) {
        this.sources = sources;
    }

    /** @param deadLetters how many wait for a decision, when last counted */
    List<Condition> look(long now, long deadLetters) {
        List<Condition> seen = new ArrayList<>();
        for (Instance instance : sources.instances()) {
            seen.add(down(instance));
            seen.add(writeDown(instance));
            seen.add(resync(instance));
            seen.add(held(instance));
        }
        seen.add(log(now));
        seen.add(logSpace());
        seen.add(diverged());
        seen.add(deadLetters(deadLetters));
        return seen;
    }

    private Condition down(Instance instance) {
        String name = "instance " + instance.name();
        String others = sources.instances().usable() > 0
                ? "Nothing is lost: every write is in the log and on another instance, and this one gets what it missed"
                        + " when it is back."
                : "No instance is up. Acknowledged writes are safe in the log; new ones are logged and executed when an"
                        + " instance is back, and reads are refused until then.";
        Words words = new Words(
                name + " is down: " + brief(instance.reason()),
                others,
                "Look at the Chroma server's own log and start it again with its data directory. If it comes back"
                        + " empty, the proxy notices and asks for a resync.",
                "It takes requests again. What it missed is being applied; /status shows how much is left.");
        return new Condition(name + " down", level(instance.state() == InstanceState.DOWN), words);
    }

    private Condition writeDown(Instance instance) {
        String name = "instance " + instance.name();
        Words words = new Words(
                name + " answers but takes no writes: "
                        + brief(instance.writes().reason()),
                writable(instance)
                        ? "Nothing is lost: its records wait in the log, and another instance leads."
                        : "No instance takes writes. They are logged and executed in order when one does; clients get"
                                + " 503 with the transaction's id. Nothing acknowledged is lost, and reads go on.",
                "Look for a full disk or a locked database on that server. The proxy tries a write of its own now and"
                        + " then and goes on by itself.",
                "It takes writes again. What waited is being applied.");
        return new Condition(name + " takes no writes", level(instance.writes().down()), words);
    }

    private boolean writable(Instance but) {
        return sources.instances().stream()
                .anyMatch(other ->
                        !other.equals(but) && other.usable() && !other.writes().down());
    }

    private Condition held(Instance instance) {
        String name = "instance " + instance.name();
        Instant before = Instant.now().minus(HELD);
        List<Hold> held = instance.holds().all().stream()
                .filter(hold -> hold.since().isBefore(before))
                .toList();
        String first = held.isEmpty()
                ? ""
                : held.getFirst().what() + ": " + brief(held.getFirst().reason());
        Words words = new Words(
                name + " does not apply what is logged for "
                        + (held.size() == 1 ? "1 collection: " : held.size() + " collections, the first ") + first,
                "Nothing is lost: the records wait in the log. Until they are applied that instance is not read for"
                        + " these collections, and is no second copy of them.",
                "Look at the Chroma server's own log, and at what stands between it and the proxy. /status shows what"
                        + " is held, and why, in holds.",
                "It applies them again.");
        return new Condition(name + " holds records back", held.size(), words);
    }

    private Condition resync(Instance instance) {
        String name = "instance " + instance.name();
        boolean needs = instance.state() == InstanceState.NEEDS_RESYNC || instance.letGo();
        Words words = new Words(
                name + " needs a resync: " + brief(instance.reason()),
                "Its data is not what the log left there, or it was away for longer than the log keeps. It is neither"
                        + " read nor written; " + copies(instance) + ".",
                "Check that the server runs on its right data directory. If it does, run POST /admin/instances/"
                        + instance.name() + "/resync to fill it from another instance.",
                "Its data agrees with the log again.");
        return new Condition(name + " needs a resync", level(needs), words);
    }

    /** Where its data is, without it. */
    private String copies(Instance instance) {
        long others = sources.instances().stream()
                .filter(other -> !other.equals(instance) && other.usable() && !other.letGo())
                .count();
        return switch ((int) others) {
            case 0 -> "no other instance is in use now";
            case 1 -> "the data is on the one other instance in use, which is the only copy now";
            default -> "the data is on the " + others + " other instances in use";
        };
    }

    private Condition log(long now) {
        LogState state = sources.log().state();
        long commits = sources.log().committedBatches();
        if (commits != committed || sources.log().queuedRecords() == 0) {
            committed = commits;
            movedAt = now;
        }
        boolean stalled = now - movedAt > STALLED_NANOS;
        Words words = state == LogState.TRUNCATED
                ? new Words(
                        "the log came back from PostgreSQL without its last records",
                        "Nothing new is routed, so that nothing is executed twice or forgotten. The instances hold what"
                                + " they were sent.",
                        "Find out which PostgreSQL server answers at DATABASE_URL: a fail-over to a standby that lagged"
                                + " behind is the usual cause. Then restart the proxy.",
                        "The log commits again.")
                : new Words(
                        "the log cannot be written" + (stalled && state == LogState.OPEN ? ": no commit ends" : ""),
                        "Writes are refused with 503 and are not executed; nothing that was acknowledged is lost. Reads"
                                + " go on where this proxy is the log's only owner.",
                        "Check PostgreSQL: whether it runs, accepts connections, and has disk space left. Writes go on"
                                + " by themselves when it commits again.",
                        "It commits again, and writes are accepted.");
        return new Condition("the log cannot be written", level(state != LogState.OPEN || stalled), words);
    }

    private Condition logSpace() {
        LogCapacity capacity = sources.capacity();
        String by = capacity.pinnedBy();
        Words words = new Words(
                "the log is nearly as large as it may be: " + (capacity.bytes() >> 20) + " of "
                        + (capacity.limit() >> 20) + " MiB, of which " + (by.isEmpty() ? "no server" : by)
                        + " still needs "
                        + (capacity.pinned() >> 20),
                "Nothing is lost. At LOG_MAX_BYTES every write is refused with 503 until there is room; a client that"
                        + " has three quarters of it gets 429 before.",
                by.isEmpty()
                        ? "Look for a long transaction in PostgreSQL, which keeps the log from dropping what it may."
                        : "See why " + by + " does not keep up (/status), resync it, or raise LOG_MAX_BYTES where the"
                                + " disk has room.",
                "The log has room again.");
        return new Condition("the log is nearly full", level(capacity.nearlyFull()), words);
    }

    private Condition diverged() {
        long count = sources.diverged().getAsLong();
        Words words = new Words(
                collections(count) + " on one instance than the log says",
                "That copy is not read and does not lead; another instance's copy is right and in use.",
                "See GET /admin/collection_mappings for which, and repair them with POST"
                        + " /admin/collections/{id}/repair; GET /admin/dead_letters may say why.",
                "No collection differs between the instances.");
        return new Condition("collections diverged", count, words);
    }

    private static String collections(long count) {
        return count == 1 ? "1 collection is different" : count + " collections are different";
    }

    private static Condition deadLetters(long count) {
        Words words = new Words(
                count + (count == 1 ? " write was" : " writes were")
                        + " given up and waits in the dead letters for a decision",
                "These writes are in the log but not applied everywhere; other writes go on.",
                "See GET /admin/dead_letters for what and why; then retry or discard with POST"
                        + " /admin/reset_stuck_transactions.",
                "No dead letter waits for a decision.");
        return new Condition("dead letters", count, words);
    }

    private static long level(boolean wrong) {
        return wrong ? 1 : 0;
    }

    private static String brief(String reason) {
        return reason.length() <= LONGEST ? reason : reason.substring(0, LONGEST) + "...";
    }
}
