package org.chromaproxy.downstream;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.chromaproxy.wal.append.AppendListener;
import org.chromaproxy.wal.append.LogState;
import org.chromaproxy.wal.append.WriteAheadLog;
import org.chromaproxy.wal.append.WriteAheadLog.AppendTicket;
import org.chromaproxy.wal.append.WriteAheadLog.ChangeListener;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.NewRecord;

/** A log that notes what is appended and calls everything a repetition, so that the stored answer is given at once. */
final class FakeLog implements WriteAheadLog {
    private static final long HOLDER = 7;

    private final List<String> appended = new ArrayList<>();
    private boolean refuses;

    /** Kind and body of each record. */
    List<String> appended() {
        return appended;
    }

    /** From now on it can hold no record. */
    void refuse() {
        refuses = true;
    }

    @Override
    public Optional<AppendTicket> append(NewRecord record, AppendListener listener) {
        appended.add(record.kind() + " " + new String(record.request().body(), StandardCharsets.UTF_8));
        if (refuses) {
            listener.refused();
        } else {
            listener.duplicate(HOLDER, true);
        }
        return Optional.of(new Ticket());
    }

    @Override
    public void submit(List<? extends Change> changes, boolean urgent, ChangeListener listener) {
        listener.durable();
    }

    @Override
    public LogState state() {
        return LogState.OPEN;
    }

    @Override
    public long batchBegunNanos() {
        return System.nanoTime();
    }

    @Override
    public long durableLsn() {
        return HOLDER;
    }

    private record Ticket() implements AppendTicket {
        @Override
        public boolean withdraw() {
            return false;
        }

        @Override
        public long lsn() {
            return HOLDER;
        }
    }
}
