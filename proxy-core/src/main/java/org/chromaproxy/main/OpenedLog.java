package org.chromaproxy.main;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.chromaproxy.config.Config;
import org.chromaproxy.local.EmbeddedPostgres;
import org.chromaproxy.local.LocalServerException;
import org.chromaproxy.wal.Wal;
import org.chromaproxy.wal.WalConfig;
import org.chromaproxy.wal.store.DatabaseTarget;
import org.chromaproxy.wal.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log's database, opened: the configured one, or an embedded server of its own. */
record OpenedLog(Wal wal, Optional<EmbeddedPostgres> embedded) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OpenedLog.class);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MAX_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Opens it, waiting as long as it takes for PostgreSQL to answer. */
    static OpenedLog open(Config.Log config) {
        if (config.url().isPresent()) {
            return new OpenedLog(await(PostgresUrl.parse(config.url().get())), Optional.empty());
        }
        EmbeddedPostgres postgres =
                EmbeddedPostgres.start(config.dataDirectory().resolve("postgres"));
        LOG.info(
                "no DATABASE_URL: the log is kept in an embedded PostgreSQL under {} (port {}), durable across restarts;"
                        + " for production give it a server with synchronous standbys",
                config.dataDirectory().toAbsolutePath(),
                postgres.port());
        Thread.ofPlatform().daemon().name("postgres-keeper").start(() -> keep(postgres));
        return new OpenedLog(await(DatabaseTarget.of(postgres.jdbcUrl(), "", "")), Optional.of(postgres));
    }

    /** One that has ended, for a full disk or for want of memory, is started again until it runs: nobody else would. */
    private static void keep(EmbeddedPostgres postgres) {
        long pause = RETRY_NANOS;
        while (!postgres.closed()) {
            LockSupport.parkNanos(pause);
            try {
                postgres.restartIfEnded()
                        .ifPresent(words -> LOG.warn(
                                "the embedded PostgreSQL had ended, and runs again; its last words: {}", words));
                pause = RETRY_NANOS;
            } catch (LocalServerException e) {
                pause = Math.min(MAX_PAUSE_NANOS, 2 * pause);
                LOG.error(
                        "the embedded PostgreSQL has ended and does not start; nothing that was acknowledged is lost. Is its"
                                + " disk full? Tried again in {} s: {}",
                        TimeUnit.NANOSECONDS.toSeconds(pause),
                        e.getMessage());
            }
        }
    }

    private static Wal await(DatabaseTarget target) {
        while (true) {
            try {
                return Wal.open(WalConfig.of(target));
            } catch (StoreException e) {
                LOG.warn("PostgreSQL cannot be used yet, trying again: {}", e.getMessage());
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    @Override
    public void close() {
        wal.close();
        embedded.ifPresent(EmbeddedPostgres::close);
    }
}
