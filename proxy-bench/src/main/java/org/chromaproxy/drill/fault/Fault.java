package org.chromaproxy.drill.fault;

import static org.chromaproxy.drill.fault.Target.BOTH;
import static org.chromaproxy.drill.fault.Target.NETWORK_POSTGRES;
import static org.chromaproxy.drill.fault.Target.NETWORK_PRIMARY;
import static org.chromaproxy.drill.fault.Target.NETWORK_REPLICA;
import static org.chromaproxy.drill.fault.Target.OWNER;
import static org.chromaproxy.drill.fault.Target.POSTGRES;
import static org.chromaproxy.drill.fault.Target.PRIMARY;
import static org.chromaproxy.drill.fault.Target.PROXY;
import static org.chromaproxy.drill.fault.Target.REPLICA;

import java.util.Set;

/** What can go wrong, to what, and how long it lasts, ms. */
public enum Fault {
    /** SIGKILL; started again at the end. */
    KILL(800, 4000, PRIMARY, REPLICA, BOTH, POSTGRES, PROXY, OWNER),
    /** SIGSTOP, ended by SIGCONT before anybody can tell it from slowness. */
    BLIP(300, 2000, PRIMARY, REPLICA, POSTGRES, PROXY),
    /** SIGSTOP for longer than detection takes, or, of the owner, than its lease. */
    PAUSE(7500, 9500, PRIMARY, REPLICA, BOTH, POSTGRES, PROXY, OWNER),
    /** An orderly stop, SIGTERM or SIGINT, and a new start at the end. */
    RESTART(100, 2500, POSTGRES, PROXY),
    /** SIGTERM makes this server accept and never answer; killed and started again at the end. */
    ZOMBIE(3500, 7000, PRIMARY, REPLICA),
    /** Writing fails, reading goes on. */
    DISK_FULL(3000, 6000, PRIMARY, REPLICA, POSTGRES),
    /** Somebody else holds the database's write lock: probes are answered, writes hang. */
    DATABASE_LOCKED(3000, 7000, PRIMARY, REPLICA),
    /** Killed, and back at the end with nothing. */
    EMPTY_DISK(500, 3000, PRIMARY, REPLICA),
    /** Killed at the end, and back with what it had at the beginning: long enough for the proxy's witness to tell. */
    OLDER_DISK(7000, 9000, PRIMARY, REPLICA),
    /** The server takes no writes, as a standby after fail-over. */
    READ_ONLY(2000, 6000, POSTGRES),
    /** Back at the end with what it had at the beginning: a promoted standby without the last commits. Only on demand. */
    LOSE_COMMITS(1000, 3000, POSTGRES),
    BLACK_HOLE(4500, 8000, NETWORK_PRIMARY, NETWORK_REPLICA, NETWORK_POSTGRES),
    /** A black hole, after which everything sent into it arrives. */
    LATE(4500, 8000, NETWORK_PRIMARY, NETWORK_REPLICA),
    /** Requests arrive, answers do not. */
    DEAF(4500, 8000, NETWORK_PRIMARY, NETWORK_REPLICA),
    SLOW(3000, 6000, NETWORK_PRIMARY, NETWORK_REPLICA, NETWORK_POSTGRES),
    NARROW(3000, 6000, NETWORK_PRIMARY, NETWORK_REPLICA),
    HALF_OPEN(4500, 8000, NETWORK_PRIMARY, NETWORK_REPLICA, NETWORK_POSTGRES),
    REFUSE(800, 4000, NETWORK_PRIMARY, NETWORK_REPLICA, NETWORK_POSTGRES),
    RESET_CONNECT(2000, 4000, NETWORK_PRIMARY, NETWORK_REPLICA, NETWORK_POSTGRES),
    RESET_REQUEST_HEAD(2000, 4000, NETWORK_PRIMARY, NETWORK_REPLICA),
    RESET_REQUEST_BODY(2000, 4000, NETWORK_PRIMARY, NETWORK_REPLICA),
    RESET_AFTER_REQUEST(2000, 4000, NETWORK_PRIMARY, NETWORK_REPLICA),
    RESET_BEFORE_ANSWER(2000, 4000, NETWORK_PRIMARY, NETWORK_REPLICA),
    RESET_ANSWER_HEAD(2000, 4000, NETWORK_PRIMARY, NETWORK_REPLICA),
    RESET_ANSWER_BODY(2000, 4000, NETWORK_PRIMARY, NETWORK_REPLICA),
    RESET_BEFORE_COMMIT(2000, 4000, NETWORK_POSTGRES),
    RESET_AFTER_COMMIT(2000, 4000, NETWORK_POSTGRES);

    private final int shortest;
    private final int longest;

    @SuppressWarnings("ImmutableEnumChecker") // Set.of cannot be changed.
    private final Set<Target> targets;

    Fault(int shortest, int longest, Target... targets) {
        this.shortest = shortest;
        this.longest = longest;
        this.targets = Set.of(targets);
    }

    Set<Target> targets() {
        return targets;
    }

    /** Whether it is drawn only when asked for by name. */
    boolean onDemand() {
        return this == LOSE_COMMITS;
    }

    /** Whether the instance afterwards misses writes, and must be flagged as needing a resync. */
    public boolean losesData() {
        return this == EMPTY_DISK || this == OLDER_DISK;
    }

    int shortest() {
        return shortest;
    }

    int longest() {
        return longest;
    }
}
