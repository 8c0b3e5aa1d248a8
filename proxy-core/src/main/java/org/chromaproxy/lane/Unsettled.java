package org.chromaproxy.lane;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an instance has executed and the log does not hold yet: records between a lane's applied ones and its queue, in LSN
 * order, all of which commute.
 *
 * <p>They are committed in groups, one group at a time, each with the cursor behind its last record: so no cursor ever passes
 * a record whose effects the log has refused. Confined to the lane's loop.
 */
final class Unsettled {
    /** Records; as many have to be executed again after a crash. */
    private static final int LIMIT = 64;

    /** One record and what it changes. */
    record Executed(Write write, Effects effects) {}

    /** What goes into one transaction; the number tells one from another. */
    record Group(long number, List<Executed> executed) {
        long lastLsn() {
            return executed.getLast().write.lsn();
        }
    }

    private final ArrayDeque<Executed> executed = new ArrayDeque<>();
    private @Nullable Group inCommit;
    private long groups;
    private boolean condemned;

    boolean isEmpty() {
        return executed.isEmpty();
    }

    boolean full() {
        return executed.size() >= LIMIT;
    }

    int size() {
        return executed.size();
    }

    /** LSN of the first; there must be one. */
    long firstLsn() {
        return executed.getFirst().write.lsn();
    }

    /** LSN of the last; there must be one. */
    long lastLsn() {
        return executed.getLast().write.lsn();
    }

    void add(Write write, Effects effects) {
        executed.add(new Executed(write, effects));
    }

    /** All that wait, to be committed now; empty while a group is in commit, and after a refusal. */
    Optional<Group> nextGroup() {
        if (inCommit != null || condemned || executed.isEmpty()) {
            return Optional.empty();
        }
        Group group = new Group(++groups, List.copyOf(executed));
        inCommit = group;
        return Optional.of(group);
    }

    /** Whether that group is still the one in commit: not if the lane has left its group meanwhile. */
    boolean commits(Group group) {
        return inCommit != null && inCommit.number == group.number;
    }

    /** The first is durable. */
    void settled() {
        executed.removeFirst();
    }

    /** All of the group in commit are durable. */
    void committed() {
        inCommit = null;
    }

    /** The log has refused the group in commit: nothing that was executed is committed before it is executed again. */
    void condemn() {
        inCommit = null;
        condemned = true;
    }

    boolean condemned() {
        return condemned;
    }

    /** Takes all of them out, in LSN order. */
    List<Write> takeAll() {
        List<Write> all = new ArrayList<>();
        executed.forEach(each -> all.add(each.write));
        executed.clear();
        inCommit = null;
        condemned = false;
        return all;
    }
}
