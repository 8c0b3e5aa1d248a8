package org.chromaproxy.wal;

import java.util.Optional;
import org.chromaproxy.wal.append.LogClock;
import org.chromaproxy.wal.append.LogWriter;
import org.chromaproxy.wal.owner.Ownership;
import org.chromaproxy.wal.owner.Processes;
import org.chromaproxy.wal.recovery.DeadLetters;
import org.chromaproxy.wal.recovery.LogReader;
import org.chromaproxy.wal.recovery.OperatorQueries;
import org.chromaproxy.wal.recovery.Retention;
import org.chromaproxy.wal.store.Database;
import org.chromaproxy.wal.store.OwnerTable;
import org.chromaproxy.wal.store.RetentionSql;
import org.chromaproxy.wal.store.StoreException;
import org.chromaproxy.wal.store.Tenure;
import org.chromaproxy.wal.store.query.DeadLetterSql;
import org.chromaproxy.wal.store.query.LogQueries;
import org.jspecify.annotations.Nullable;

/**
 * The log of one proxy process: open it, poll {@link #tryOwn} until the log is yours, recover from {@link #reader},
 * write to {@link OwnedLog#writer}, close.
 */
public final class Wal implements AutoCloseable {
    private final WalConfig config;
    private final Database database;
    private final Ownership ownership;
    private final LogReader reader;
    private final OperatorQueries operator;
    private @Nullable OwnedLog owned;

    private Wal(WalConfig config, Database database) {
        this.config = config;
        this.database = database;
        this.ownership =
                new Ownership(new OwnerTable(database), Processes.ofProc(), config.lease(), LogClock.SYSTEM::nanoTime);
        LogQueries queries = new LogQueries(database);
        this.reader = new LogReader(queries);
        this.operator = new OperatorQueries(queries);
    }

    /**
     * Connects to PostgreSQL and brings the schema up to date; owns nothing yet. Blocks.
     *
     * @throws StoreException if the server does not answer, or the schema cannot be migrated: try again later
     */
    public static Wal open(WalConfig config) {
        return new Wal(config, Database.open(config.database()));
    }

    /**
     * Looks once whether the log may be taken, and takes it. To be called every second or so while standing by: how long
     * the owner has been silent is counted between calls.
     *
     * @return the log, its writer running; empty while another proxy owns it
     * @throws StoreException if PostgreSQL does not answer: try again
     */
    public Optional<OwnedLog> tryOwn() {
        if (owned != null) {
            return Optional.of(owned);
        }
        Tenure tenure = ownership.tryAcquire().orElse(null);
        if (tenure == null) {
            return Optional.empty();
        }
        LogWriter writer = new LogWriter(database.sessions(), tenure, LogClock.SYSTEM, config.writer()).start();
        reader.expect(writer::lastBatch);
        Retention retention = new Retention(new RetentionSql(database), tenure, config.retention());
        DeadLetters letters = new DeadLetters(new DeadLetterSql(database, new LogQueries(database)), tenure.epoch());
        OwnedLog taken = new OwnedLog(ownership, tenure, writer, retention, letters);
        owned = taken;
        return Optional.of(taken);
    }

    /** Who owned the log when {@link #tryOwn} last looked. */
    public String owner() {
        return ownership.owner();
    }

    /** The address of the log's database as configured: it may hold credentials, so not for logs. */
    public String databaseUrl() {
        return config.database().url();
    }

    /** The log read back; also while standing by. */
    public LogReader reader() {
        return reader;
    }

    /** The log as operators ask for it; also while standing by. */
    public OperatorQueries operator() {
        return operator;
    }

    /** Closes and releases the owned log, if any, and disconnects. */
    @Override
    public void close() {
        if (owned != null) {
            owned.close();
        }
        database.close();
    }
}
