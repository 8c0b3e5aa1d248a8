package org.chromaproxy.drill.fault;

import org.chromaproxy.drill.stack.PostgresCluster;
import org.chromaproxy.drill.stack.Stack;

/** Faults of the log's PostgreSQL server. */
final class PostgresFaults {
    /**
     * A full disk as a client sees it: each write fails with "disk_full". A real one also stops PostgreSQL's own log, but
     * only when its preallocated files are used up.
     */
    private static final String FILL = """
            CREATE FUNCTION drill_disk_full() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
            DO $$ DECLARE name regclass; BEGIN
              FOR name IN SELECT oid FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
                  AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) LOOP
                EXECUTE format('CREATE TRIGGER drill_disk_full BEFORE INSERT OR UPDATE OR DELETE ON %s'
                               ' EXECUTE FUNCTION drill_disk_full()', name);
              END LOOP;
            END $$""";

    private static final String FREE = "DROP FUNCTION IF EXISTS drill_disk_full() CASCADE";

    private PostgresFaults() {}

    static Injection of(Fault fault, Stack stack) {
        PostgresCluster postgres = stack.postgres();
        String database = stack.database();
        return switch (fault) {
            case KILL ->
                Injection.of(
                        () -> {
                            postgres.crash();
                            stack.links().postgres().targetGone();
                        },
                        postgres::startAgain);
            case RESTART ->
                Injection.of(
                        () -> {
                            postgres.stop();
                            stack.links().postgres().targetGone();
                        },
                        postgres::startAgain);
            case BLIP, PAUSE -> Injection.of(postgres::pause, postgres::resume);
            case DISK_FULL ->
                Injection.of(() -> postgres.execute(database, FILL), () -> postgres.execute(database, FREE));
            case READ_ONLY ->
                Injection.of(() -> readOnly(postgres, database, "on"), () -> readOnly(postgres, database, "off"));
            case LOSE_COMMITS ->
                Injection.of(postgres::keepCopy, () -> {
                    postgres.goBackToCopy(stack.links().postgres()::targetGone);
                });
            default -> throw new IllegalArgumentException(fault + " does not happen to PostgreSQL");
        };
    }

    /** Sessions that began before keep their setting: they are ended. */
    private static void readOnly(PostgresCluster postgres, String database, String onOrOff) {
        postgres.execute(
                "postgres",
                "ALTER DATABASE " + database + " SET default_transaction_read_only = " + onOrOff,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + database + "'");
    }
}
