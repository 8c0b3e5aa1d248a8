package org.chromaproxy.lane;

import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.wal.record.Change.Teller;

/**
 * Which instance may have executed a record that was found in the log without an outcome, when a client was told that it is done: the one
 * that led then. A change of leader waits until what the old leader has executed is durable, so it is the one that led when the process
 * ended that logged the record; and what that one led for in still older processes, as far as the log has no outcome yet.
 */
final class Tellers {
    private final List<Teller> earlier;
    private final String last;

    /**
     * @param earlier as the log says, by ascending LSN
     * @param last who led when these lanes were made
     */
    Tellers(List<Teller> earlier, String last) {
        this.earlier = List.copyOf(earlier);
        this.last = last;
    }

    /** The name of the instance that may have told of the record at that LSN. */
    String of(long lsn) {
        for (Teller each : earlier) {
            if (lsn <= each.upTo()) {
                return each.instance();
            }
        }
        return last;
    }

    /**
     * What has to be known of them once another instance leads.
     *
     * @param decided every record up to there has its outcome, durably
     * @param inherited the last record that was logged before these lanes were made
     */
    List<Teller> toKeep(long decided, long inherited) {
        List<Teller> kept = new ArrayList<>();
        for (Teller each : earlier) {
            if (each.upTo() > decided) {
                kept.add(each);
            }
        }
        long known = kept.isEmpty() ? decided : kept.getLast().upTo();
        if (inherited > known) {
            kept.add(new Teller(last, inherited));
        }
        return kept;
    }
}
