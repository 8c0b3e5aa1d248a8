package org.chromaproxy.wal;

import java.util.concurrent.atomic.AtomicBoolean;
import org.chromaproxy.wal.append.LogWriter;
import org.chromaproxy.wal.owner.Ownership;
import org.chromaproxy.wal.recovery.DeadLetters;
import org.chromaproxy.wal.recovery.Retention;
import org.chromaproxy.wal.store.StoreException;
import org.chromaproxy.wal.store.Tenure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log while this process owns it. */
public final class OwnedLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OwnedLog.class);

    private final Ownership ownership;
    private final Tenure tenure;
    private final LogWriter writer;
    private final Retention retention;
    private final DeadLetters letters;
    private final AtomicBoolean closed = new AtomicBoolean();

    OwnedLog(Ownership ownership, Tenure tenure, LogWriter writer, Retention retention, DeadLetters letters) {
        this.ownership = ownership;
        this.tenure = tenure;
        this.writer = writer;
        this.retention = retention;
        this.letters = letters;
    }

    public long epoch() {
        return tenure.epoch();
    }

    /** Running already; commits once it is connected. */
    public LogWriter writer() {
        return writer;
    }

    public Retention retention() {
        return retention;
    }

    public DeadLetters deadLetters() {
        return letters;
    }

    /**
     * Commits what is queued, ends the writer and lets the next proxy take the log. Nothing may be under way to an
     * instance any more: the successor starts at once. Closing again does nothing.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        writer.close();
        try {
            ownership.release(tenure);
        } catch (StoreException e) {
            LOG.warn("log not released, a successor has to wait for the lease: {}", e.getMessage());
        }
    }
}
