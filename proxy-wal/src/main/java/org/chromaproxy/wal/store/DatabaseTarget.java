package org.chromaproxy.wal.store;

import java.util.regex.Pattern;

/**
 * Where the log lives.
 *
 * @param url a JDBC URL; with several hosts it should say {@code targetServerType=primary}. Parameters given in it
 *     override the time-outs set here
 * @param schema the schema that holds the log's tables and migration history; created if missing
 * @param poolSize connections for reads and housekeeping; the writer's own connection comes on top
 * @param segmentLsns positions per segment of the log; may be changed between starts
 */
public record DatabaseTarget(String url, String user, String password, String schema, int poolSize, long segmentLsns) {
    public static final String DEFAULT_SCHEMA = "chroma_proxy";
    static final int DEFAULT_POOL = 4;
    public static final long DEFAULT_SEGMENT = 1_000_000;

    private static final Pattern OPTIONS = Pattern.compile("(jdbc:postgresql:[^?\\s]*+\\?)\\S*+");

    public DatabaseTarget {
        if (!schema.matches("[a-z_][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException("not a plain lower-case schema name: " + schema);
        }
        if (poolSize < 1 || segmentLsns < 1) {
            throw new IllegalArgumentException("pool size and segment size must be positive");
        }
    }

    /** With schema, pool and segments as by default. */
    public static DatabaseTarget of(String url, String user, String password) {
        return new DatabaseTarget(url, user, password, DEFAULT_SCHEMA, DEFAULT_POOL, DEFAULT_SEGMENT);
    }

    /** Text in which the driver may have repeated an address; of that, what precedes the options. */
    static String withoutOptions(String text) {
        return OPTIONS.matcher(text).replaceAll("$1***");
    }

    /** Without the password, and without the address's options: it can be one of them. */
    @Override
    public String toString() {
        return withoutOptions(url) + " as " + user + ", schema " + schema;
    }
}
