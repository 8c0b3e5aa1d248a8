package org.chromaproxy.wal.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.chromaproxy.wal.append.AppendListener;
import org.chromaproxy.wal.record.LogRecord;

/** Writes down what a listener hears. Thread-safe. */
public final class Heard implements AppendListener {
    public final List<LogRecord> committed = new CopyOnWriteArrayList<>();
    /** As "lsn:sameRequest". */
    public final List<String> duplicates = new CopyOnWriteArrayList<>();

    public final List<String> failures = new CopyOnWriteArrayList<>();
    public final List<String> unknown = new CopyOnWriteArrayList<>();

    @Override
    public void committed(LogRecord record) {
        committed.add(record);
    }

    @Override
    public void duplicate(long lsn, boolean sameRequest) {
        duplicates.add(lsn + ":" + sameRequest);
    }

    @Override
    public void failed(String reason) {
        failures.add(reason);
    }

    @Override
    public void unknown(String reason) {
        unknown.add(reason);
    }

    public int total() {
        return committed.size() + duplicates.size() + failures.size() + unknown.size();
    }

    public List<Long> lsns() {
        return committed.stream().map(LogRecord::lsn).toList();
    }

    public List<String> bodies() {
        return committed.stream().map(one -> Records.text(one.content())).toList();
    }
}
