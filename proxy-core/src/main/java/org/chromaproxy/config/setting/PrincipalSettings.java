package org.chromaproxy.config.setting;

/** What each principal may use, unless the tokens file says otherwise; a part of the list in {@link Settings}. */
public final class PrincipalSettings {
    private static final int MILLION = 1_000_000;
    private static final String NO_BOUND = "0 (no bound)";
    private static final String SHARE = "0 (all while it is alone)";

    public static final Setting<Integer> REQUESTS = count(
                    "PRINCIPAL_MAX_REQUESTS",
                    MILLION,
                    0,
                    "requests under way of one principal: a token, or without tokens an address (of IPv6: a /64); those"
                            + " beyond wait in line. `0`: all of `MAX_CONCURRENT_REQUESTS` while no other principal has"
                            + " requests, else three quarters")
            .defaultWords(SHARE);
    public static final Setting<Integer> QUEUE = count(
                    "PRINCIPAL_QUEUE_SIZE",
                    1 << 20,
                    0,
                    "requests of one principal that wait in line; beyond it: 429. Turns go round the principals. `0`: all"
                            + " of `REQUEST_QUEUE_SIZE`; where that is full, the longest line gives its newest place to a"
                            + " principal with a shorter one, and whoever loses it gets 429")
            .defaultWords(SHARE);
    public static final Setting<Integer> LISTS = count(
                    "PRINCIPAL_MAX_LISTS",
                    MILLION,
                    0,
                    "lists of collections or databases that are made at once for one principal; those beyond wait in line."
                            + " `0`: all of `MAX_CONCURRENT_LISTS` while no other principal has lists, else three quarters")
            .defaultWords(SHARE);
    public static final Setting<Long> PENDING_BYTES = Setting.of(
                    "PRINCIPAL_MAX_PENDING_BYTES",
                    Kinds.bytes(0),
                    1L << 30,
                    "bytes of one principal's writes that are logged and have no outcome yet; beyond it: 429. `0`: no"
                            + " bound")
            .live();
    public static final Setting<Long> LOG_BYTES = Setting.of(
                    "PRINCIPAL_MAX_LOG_BYTES",
                    Kinds.bytes(0),
                    0L,
                    "bytes of one principal's writes in the log that some server has not applied yet, whether they have"
                            + " an outcome or not; beyond it: 429. Counted since the proxy's start. `0`: three quarters of"
                            + " `LOG_MAX_BYTES`")
            .live()
            .defaultWords("0 (three quarters of `LOG_MAX_BYTES`)");
    public static final Setting<Integer> RECORDS = count(
            "MAX_RECORDS_PER_WRITE",
            1_000_000_000,
            20_000,
            "ids of one write; beyond it: 413, before it is logged. A server executes one write after the other. A delete"
                    + " that has nothing but ids may have as many as a body holds: it goes to each server 2,000 at a time,"
                    + " others' writes between. `0`: no bound");
    public static final Setting<Long> DOCUMENT_BYTES = Setting.of(
                    "MAX_DOCUMENT_BYTES",
                    Kinds.bytes(0),
                    1L << 20,
                    "bytes of one record's document, or of all texts of its metadata together; beyond it: 413, before it is logged. While a"
                            + " server indexes a document it answers nobody: 1 MB of random text for a second, 15 MB for a"
                            + " minute and more; a copy holds what it copies several times. `0`: no bound")
            .live();
    public static final Setting<Integer> RESULTS = count(
            "MAX_RESULTS_PER_QUERY",
            1_000_000_000,
            250_000,
            "results of one query of several embeddings: their number times `n_results`; beyond it: 400, before a server"
                    + " executes it. A server has all of them in memory: 4,000 embeddings with 6,000 results each take more"
                    + " than 6 GB of it. `0`: no bound");
    public static final Setting<Integer> FAULTS = count(
            "PRINCIPAL_MAX_FAULTS",
            MILLION,
            4,
            "writes of one principal that a server has failed twice, though it applied others meanwhile, and that have"
                    + " no outcome yet; while there are so many its further writes get 429. `0`: no bound");
    public static final Setting<Integer> DEAD_LETTERS = count(
            "PRINCIPAL_MAX_DEAD_LETTERS",
            MILLION,
            20,
            "writes of one principal that are given up at once; one more is permitted every ten seconds, and beyond it"
                    + " its further writes get 429. `0`: no bound");
    public static final Setting<Integer> WAITS = count(
            "PRINCIPAL_MAX_WAITS",
            MILLION,
            64,
            "requests with `?wait=` that are held open for one principal, of 256 in all; one more is answered at"
                    + " once with the state as it is. `0`: no bound");
    public static final Setting<Integer> COLLECTIONS = count(
                    "MAX_COLLECTIONS_PER_TENANT",
                    1_000_000_000,
                    0,
                    "collections of one tenant; a create beyond it: 403, before it is logged. `0`: no bound")
            .defaultWords(NO_BOUND);

    private PrincipalSettings() {}

    private static Setting<Integer> count(String name, int most, int standard, String text) {
        return Setting.of(name, Kinds.integer(0, most), standard, text).live();
    }
}
