package org.chromaproxy.config.setting;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * All settings. A new one is one entry here, in its section, and what {@code ConfigReader} makes of it; command line, file,
 * documents and checks follow from it ({@code SettingsDocumentsTest} says which texts to renew, and by which command).
 */
public final class Settings {
    /** Settings that belong together. */
    public record Section(String title, List<Setting<?>> settings) {}

    /** The variable that names the file. */
    public static final String FILE_VARIABLE = "CONFIG_FILE";

    public static final Setting<URI> PRIMARY_URL = Setting.of(
            "PRIMARY_URL",
            Kinds.serverAddress(),
            URI.create("http://127.0.0.1:8001"),
            "the Chroma server that leads when all is well; `https://` where it is behind TLS");
    public static final Setting<URI> REPLICA_URL = Setting.of(
            "REPLICA_URL", Kinds.serverAddress(), URI.create("http://127.0.0.1:8002"), "the one that follows");
    public static final Setting<Map<String, URI>> MORE_INSTANCES = Setting.of(
                    "MORE_INSTANCES",
                    Kinds.instances(),
                    Map.of(),
                    "further Chroma servers, each with every write, by names of lower case letters, digits and hyphens")
            .defaultWords("none")
            .example("third=http://127.0.0.1:8003");
    public static final Setting<Optional<String>> DATABASE_URL = Setting.of(
                    "DATABASE_URL",
                    Kinds.optional(Kinds.postgres()),
                    Optional.empty(),
                    "`postgresql://user:password@host:port/db`; several hosts are tried in turn")
            .secret(Secrets::database)
            .defaultWords("none (embedded)")
            .example("postgresql://chroma_proxy:password@127.0.0.1:5432/chroma_proxy");
    public static final Setting<String> DATA_DIR =
            Setting.of("DATA_DIR", Kinds.path(), "data", "folder of the embedded PostgreSQL");
    public static final Setting<Boolean> SOLE_OWNER = Setting.of(
            "SOLE_OWNER",
            Kinds.flag(),
            false,
            "no second proxy is ever started on this log, so reads go on while it is unreachable. Always so when"
                    + " embedded");
    public static final Setting<Long> LOG_MAX_PENDING_BYTES = Setting.of(
                    "LOG_MAX_PENDING_BYTES",
                    Kinds.bytes(1 << 20),
                    20L << 30,
                    "bytes of bodies that may wait in the log for a server that is out of use; beyond it the log lets"
                            + " go of it: it needs a resync. Also how much may wait in all before `respond-async` is"
                            + " refused")
            .live();
    public static final Setting<Long> LOG_MAX_BYTES = Setting.of(
                    "LOG_MAX_BYTES",
                    Kinds.bytes(0),
                    0L,
                    "bytes of the log on PostgreSQL's disk. Beneath it, what every server has applied is kept for 7 days;"
                            + " near it the oldest of that is dropped early. What a server still needs is never dropped:"
                            + " at the bound writes get 503, and a server that is out of use is let go of at two thirds."
                            + " `0`: half as much again as `LOG_MAX_PENDING_BYTES`, at least 1 GiB")
            .live()
            .defaultWords("0 (30 GiB)");
    public static final Setting<Long> LOG_MAX_PENDING_AGE = Setting.of(
                    "LOG_MAX_PENDING_AGE",
                    Kinds.wholeSeconds(1, 100L * 366 * 24 * 3600),
                    7L * 24 * 3600,
                    "the same for the age of the oldest of them, in seconds")
            .live();
    public static final Setting<Boolean> AUTO_RESYNC = Setting.of(
                    "AUTO_RESYNC",
                    Kinds.flag(),
                    false,
                    "a server that needs a resync gets it without a command, unless it holds data of another log")
            .live();
    public static final Setting<String> MIXED_RELEASES = Setting.of(
                    "MIXED_RELEASES",
                    Kinds.choice("refuse", "warn"),
                    "refuse",
                    "while servers run different Chroma releases: writes that only some of them can execute are"
                            + " refused, or taken with a warning and held back from the others until they are upgraded:"
                            + " [upgrades](docs/upgrade.md)")
            .live();
    public static final Setting<Long> ACCEPT_SHORTENED_LOG = Setting.of(
            "ACCEPT_SHORTENED_LOG",
            Kinds.position(),
            0L,
            "consent, for one start, to go on with a log that lacks what servers have applied; its value is the LSN"
                    + " that `/status` names: [log older than the"
                    + " servers](docs/operations.md#log-older-than-the-servers)");
    public static final Setting<Optional<String>> TOKENS_FILE = Setting.of(
                    "TOKENS_FILE",
                    Kinds.optional(Kinds.path()),
                    Optional.empty(),
                    "file of tokens, with their roles, tenants and hashes: [access](docs/operations.md#access)."
                            + " Without it every client may do everything, except endpoints that act, which need the"
                            + " local token. A reload reads the tokens again")
            .defaultWords("none")
            .example("/etc/chroma-proxy/tokens");
    public static final Setting<Optional<String>> LOCAL_TOKEN_FILE = Setting.of(
                    "LOCAL_TOKEN_FILE",
                    Kinds.optional(Kinds.path()),
                    Optional.empty(),
                    "file with the token that this machine's operators act with while there is no `TOKENS_FILE`; made at"
                            + " the first start, shown by `chroma-proxy token local`")
            .defaultWords("`local-token` in `DATA_DIR`")
            .example("/var/lib/chroma-proxy/local-token");
    public static final Setting<Optional<String>> UPSTREAM_TOKEN = Setting.of(
                    "UPSTREAM_TOKEN",
                    Kinds.optional(Kinds.line()),
                    Optional.empty(),
                    "what the proxy shows the Chroma servers, as `Authorization: Bearer` and `X-Chroma-Token`; a value"
                            + " with a scheme (`Basic ...`) as `Authorization` alone")
            .secret(Secrets::all)
            .defaultWords("none")
            .example("a-token-of-the-servers");
    public static final Setting<String> HOST = Setting.of("HOST", Kinds.host(), "0.0.0.0", "address to listen on");
    public static final Setting<Integer> PORT =
            Setting.of("PORT", Kinds.integer(0, 65_535), 8000, "port to listen on; 0 takes a free one");
    public static final Setting<Long> CLIENT_HEAD_TIMEOUT = Setting.of(
                    "CLIENT_HEAD_TIMEOUT", Kinds.seconds(), 15_000L, "seconds the head of a request may take to arrive")
            .live();
    public static final Setting<Long> CLIENT_IDLE_TIMEOUT = Setting.of(
                    "CLIENT_IDLE_TIMEOUT",
                    Kinds.seconds(),
                    120_000L,
                    "seconds a connection is kept without a request; longer than the 40 s of Chroma's Python client")
            .live();
    public static final Setting<Integer> MAX_HEADERS = Setting.of(
                    "MAX_HEADERS",
                    Kinds.integer(16, 1_000),
                    100,
                    "most header fields of a request, as in Chroma; beyond it: 431. Holds for new connections")
            .live();
    public static final Setting<Integer> MAX_HEAD_KB = Setting.of(
                    "MAX_HEAD_KB",
                    Kinds.integer(4, 1_024),
                    16,
                    "size of a request's header fields, in KiB; beyond it: 431. Holds for new connections")
            .live();
    public static final Setting<Integer> CLIENT_MAX_REQUESTS_PER_SECOND = Setting.of(
                    "CLIENT_MAX_REQUESTS_PER_SECOND",
                    Kinds.integer(0, 1_000_000),
                    0,
                    "of one address (of IPv6: of one /64), with twice that at once; beyond it: 429 with `Retry-After`")
            .defaultWords("0 (no bound)")
            .live();
    public static final Setting<Integer> CLIENT_MAX_CONNECTIONS = Setting.of(
                    "CLIENT_MAX_CONNECTIONS",
                    Kinds.integer(0, 1_000_000),
                    0,
                    "of one address; one more is closed at once. Those that were open before a bound was set do not"
                            + " count")
            .defaultWords("0 (no bound)")
            .live();
    public static final Setting<Integer> MAX_CONNECTIONS = Setting.of(
                    "MAX_CONNECTIONS",
                    Kinds.integer(0, 10_000_000),
                    0,
                    "of all clients together; one address has seven eighths of them at most. Beyond it connections without"
                            + " a request give way, and the next are answered the health probes alone: see"
                            + " [memory](docs/memory.md)")
            .defaultWords("0 (as many as `MAX_MEMORY_MB` has room for)");
    public static final Setting<List<String>> CORS_ORIGINS = Setting.of(
                    "CORS_ORIGINS",
                    Kinds.names(),
                    List.of(),
                    "pages that may use the proxy from a browser, like `https://app.example`, separated by commas; `*`"
                            + " for all")
            .defaultWords("none")
            .example("https://app.example")
            .live();
    public static final Setting<List<String>> ALLOWED_HOSTS = Setting.of(
                    "ALLOWED_HOSTS",
                    Kinds.names(),
                    List.of(),
                    "names by which browsers reach the proxy while there is no `TOKENS_FILE`, beside `localhost`, this"
                            + " machine's name and addresses; `*` for any: [access](docs/operations.md#access)")
            .defaultWords("none")
            .example("chroma.example")
            .live();
    public static final Setting<String> TRANSPORT = Setting.of(
            "TRANSPORT",
            Kinds.choice("auto", "epoll", "nio"),
            "auto",
            "how sockets are driven; `auto` takes epoll where it is");
    public static final Setting<Integer> EVENT_LOOPS = Setting.of(
                    "EVENT_LOOPS",
                    Kinds.integer(1, 1024),
                    Math.max(2, Runtime.getRuntime().availableProcessors()),
                    "threads that drive sockets and lanes")
            .defaultWords("processors, at least 2")
            .example("2");
    public static final Setting<Integer> MAX_MEMORY_MB =
            Setting.of("MAX_MEMORY_MB", Kinds.integer(270, 1 << 20), 400, "the whole process, in MiB; at least 270");
    public static final Setting<Integer> MAX_BODY_MB = Setting.of(
                    "MAX_BODY_MB",
                    Kinds.integer(1, 1024),
                    40,
                    "largest body of a write, in MiB; three of them have to fit into the heap beside clients: 40 at 400")
            .defaultWords("40, or what `MAX_MEMORY_MB` has room for if that is less")
            .example("40");
    public static final Setting<Integer> MAX_CONCURRENT_REQUESTS = Setting.of(
                    "MAX_CONCURRENT_REQUESTS",
                    Kinds.integer(1, 1_000_000),
                    10_000,
                    "requests under way; those beyond wait in line. The proxy's own endpoints do not count")
            .live();
    public static final Setting<Integer> MAX_CONCURRENT_LISTS = Setting.of(
                    "MAX_CONCURRENT_LISTS",
                    Kinds.integer(1, 1_000_000),
                    16,
                    "lists of collections or databases that are made at once, of the requests under way; those beyond wait in"
                            + " line for `ADMISSION_TIMEOUT` at most. A server reads its whole catalog for one")
            .live();
    public static final Setting<Integer> REQUEST_QUEUE_SIZE = Setting.of(
                    "REQUEST_QUEUE_SIZE",
                    Kinds.integer(16, 1 << 20),
                    16_384,
                    "requests that wait in line, for `ADMISSION_TIMEOUT` at most; beyond it: 503 with `Retry-After`")
            .live();
    public static final Setting<Integer> MAX_WORKERS = Setting.of(
                    "MAX_WORKERS", Kinds.integer(1, 1000), 3, "collections that catch up at once on one server")
            .live();
    public static final Setting<Integer> MAX_WRITE_CONNECTIONS = Setting.of(
            "MAX_WRITE_CONNECTIONS",
            Kinds.integer(8, 4096),
            64,
            "connections to one server for writes, catching up and copies. A server executes one write after the other, so"
                    + " collections beyond them wait in line here. Reads have others: 256 of each event loop at most");
    public static final Setting<Integer> MAX_BATCH_SIZE = Setting.of(
                    "MAX_BATCH_SIZE", Kinds.integer(1, 1000), 200, "most records that become one request to a server")
            .live();
    public static final Setting<Integer> DEFAULT_BATCH_SIZE = Setting.of(
                    "DEFAULT_BATCH_SIZE",
                    Kinds.integer(1, 1000),
                    50,
                    "a fifth of it is that bound while memory is short")
            .live();
    public static final Setting<Long> REQUEST_TIMEOUT = Setting.of(
                    "REQUEST_TIMEOUT",
                    Kinds.seconds(),
                    60_000L,
                    "seconds a client waits for a write's outcome; then 503 with its transaction id, and the write"
                            + " goes on")
            .live();
    public static final Setting<Long> LOG_TIMEOUT = Setting.of(
                    "LOG_TIMEOUT",
                    Kinds.seconds(),
                    45_000L,
                    "seconds a request waits for PostgreSQL, longer than a usual fail-over takes; at most"
                            + " `REQUEST_TIMEOUT`. [Patroni's times](docs/postgresql.md#fail-over)")
            .live();
    public static final Setting<Long> ADMISSION_TIMEOUT = Setting.of(
                    "ADMISSION_TIMEOUT",
                    Kinds.seconds(),
                    10_000L,
                    "seconds a request waits for its turn or for memory; at most `REQUEST_TIMEOUT`")
            .live();
    public static final Setting<Long> READ_WAIT = Setting.of(
                    "READ_WAIT",
                    Kinds.seconds(),
                    10_000L,
                    "seconds a read waits for a server that may answer it; at most `REQUEST_TIMEOUT`")
            .live();
    public static final Setting<Long> CLIENT_STALL_TIMEOUT = Setting.of(
                    "CLIENT_STALL_TIMEOUT",
                    Kinds.seconds(),
                    30_000L,
                    "seconds a client may pause within a body, or take nothing of its answer")
            .live();
    public static final Setting<Long> UNANSWERED_WRITE_TIMEOUT = Setting.of(
                    "UNANSWERED_WRITE_TIMEOUT",
                    Kinds.seconds(),
                    30_000L,
                    "seconds (and one more per MiB of all it was sent and has not answered) an instance may leave a write unanswered before"
                            + " another decides it")
            .live();
    public static final Setting<Long> FOLLOWER_LINGER = Setting.of(
                    "FOLLOWER_LINGER",
                    Kinds.secondsUpToOne(),
                    50L,
                    "seconds a follower waits for more writes of a collection, to get them as one request, while they"
                            + " keep coming and nobody reads it; `0`: it gets each at once")
            .live();
    public static final Setting<Long> CHECK_INTERVAL = Setting.of(
                    "CHECK_INTERVAL", Kinds.seconds(), 1_000L, "seconds between health probes")
            .live();
    public static final Setting<Double> READ_REPLICA_RATIO = Setting.of(
                    "READ_REPLICA_RATIO",
                    Kinds.share(),
                    0.8,
                    "share of reads that prefer a follower, the one with the fewest requests under way")
            .live();
    public static final Setting<Map<String, Integer>> READ_WEIGHTS = Setting.of(
                    "READ_WEIGHTS",
                    Kinds.weights(),
                    Map.of(),
                    "shares of reads by server instead, like `primary=1, replica=4`, among those that may answer a"
                            + " read; without one: 1; with 0 it is read only where no other can be")
            .defaultWords("none (`READ_REPLICA_RATIO`)")
            .example("primary=1, replica=4")
            .live();
    public static final Setting<List<String>> DRAINED = Setting.of(
                    "DRAINED",
                    Kinds.names(),
                    List.of(),
                    "names of servers that are out of use from the start, as if drained; a reload drains and resumes"
                            + " what has changed: [drained servers](docs/operations.md#drained-servers)")
            .defaultWords("none")
            .example("replica")
            .live();
    public static final Setting<List<String>> PROTECTED_COLLECTIONS = Setting.of(
                    "PROTECTED_COLLECTIONS",
                    Kinds.names(),
                    List.of("global"),
                    "names of collections that cannot be deleted or renamed, separated by commas")
            .live();
    public static final Setting<List<String>> ADOPT_TENANTS = Setting.of(
            "ADOPT_TENANTS",
            Kinds.names(),
            List.of("default_tenant"),
            "tenants searched for existing collections, separated by commas");
    public static final Setting<String> LOG_LEVEL = Setting.of(
                    "LOG_LEVEL",
                    Kinds.logLevels(),
                    "info",
                    "how much the proxy logs of itself; packages can have levels of their own, like `info, lane=debug, wal.append=trace`")
            .live();
    public static final Setting<String> ACCESS_LOG = Setting.of(
            "ACCESS_LOG",
            Kinds.choice("none", "text", "json"),
            "none",
            "a line for each request, as text or JSON: [docs/access-log.md](docs/access-log.md)");
    public static final Setting<Optional<String>> ACCESS_LOG_FILE = Setting.of(
                    "ACCESS_LOG_FILE", Kinds.optional(Kinds.path()), Optional.empty(), "where the lines go")
            .defaultWords("none (standard output)")
            .example("/var/log/chroma-proxy/access.log");
    public static final Setting<Long> ACCESS_LOG_MAX_BYTES = Setting.of(
            "ACCESS_LOG_MAX_BYTES",
            Kinds.bytes(1 << 20),
            500L << 20,
            "bytes of that file and of the four older ones that are kept beside it");
    public static final Setting<Optional<URI>> OTLP_ENDPOINT = Setting.of(
                    "OTLP_ENDPOINT",
                    Kinds.optional(Kinds.webAddress()),
                    Optional.empty(),
                    "where OpenTelemetry spans of requests go, by OTLP over HTTP; `/v1/traces` is added where it has no"
                            + " path: [tracing](docs/access-log.md#tracing)")
            .defaultWords("none (no spans)")
            .example("http://127.0.0.1:4318");
    public static final Setting<Double> TRACE_RATIO = Setting.of(
            "TRACE_RATIO",
            Kinds.share(),
            0.01,
            "share of the requests that become a trace where the client has not begun one; else its choice holds");
    public static final Setting<Optional<URI>> SLACK_WEBHOOK_URL = Setting.of(
                    "SLACK_WEBHOOK_URL",
                    Kinds.optional(Kinds.webAddress()),
                    Optional.empty(),
                    "where alerts are posted as `{\"text\": ...}`: [docs/metrics.md](docs/metrics.md); a secret, never"
                            + " shown")
            .secret(Secrets::web)
            .defaultWords("none")
            .example("https://example.com/a-secret-path")
            .live();
    public static final Setting<Long> ALERT_PAUSE = Setting.of(
                    "ALERT_PAUSE", Kinds.seconds(), 300_000L, "seconds between two alerts about the same thing")
            .live();
    public static final Setting<Boolean> ENABLE_CONNECTION_POOLING =
            Setting.of("ENABLE_CONNECTION_POOLING", Kinds.flag(), true, "the predecessor's; always on here");
    public static final Setting<Boolean> ENABLE_GRANULAR_LOCKING =
            Setting.of("ENABLE_GRANULAR_LOCKING", Kinds.flag(), true, "the predecessor's; always on here");
    public static final Setting<Optional<String>> WAL_SYNC_INTERVAL = Setting.of(
                    "WAL_SYNC_INTERVAL",
                    Kinds.optional(Kinds.text()),
                    Optional.empty(),
                    "the predecessor's; without effect: see `FOLLOWER_LINGER`")
            .defaultWords("none")
            .example("10");

    private static final List<Section> SECTIONS = List.of(
            new Section(
                    "The Chroma servers",
                    List.of(
                            PRIMARY_URL,
                            REPLICA_URL,
                            MORE_INSTANCES,
                            CHECK_INTERVAL,
                            TlsSettings.UPSTREAM_CA,
                            TlsSettings.UPSTREAM_TLS_VERIFY,
                            TlsSettings.UPSTREAM_TLS_SERVER_NAME,
                            TlsSettings.UPSTREAM_CERTIFICATE,
                            TlsSettings.UPSTREAM_KEY)),
            new Section(
                    "The log",
                    List.of(
                            DATABASE_URL,
                            DATA_DIR,
                            SOLE_OWNER,
                            LOG_MAX_BYTES,
                            LOG_MAX_PENDING_BYTES,
                            LOG_MAX_PENDING_AGE,
                            AUTO_RESYNC,
                            ACCEPT_SHORTENED_LOG)),
            new Section(
                    "Where clients connect",
                    List.of(
                            HOST,
                            PORT,
                            TRANSPORT,
                            EVENT_LOOPS,
                            TlsSettings.TLS_CERTIFICATE,
                            TlsSettings.TLS_KEY,
                            TlsSettings.TLS_KEY_PASSWORD,
                            TlsSettings.TLS_CLIENT_CA,
                            TlsSettings.TLS_CLIENT_AUTH,
                            TlsSettings.HEALTH_CERTIFICATE,
                            TlsSettings.HEALTH_KEY)),
            new Section(
                    "Who may do what",
                    List.of(
                            TOKENS_FILE,
                            LOCAL_TOKEN_FILE,
                            UPSTREAM_TOKEN,
                            CLIENT_HEAD_TIMEOUT,
                            CLIENT_IDLE_TIMEOUT,
                            MAX_HEADERS,
                            MAX_HEAD_KB,
                            CLIENT_MAX_REQUESTS_PER_SECOND,
                            CLIENT_MAX_CONNECTIONS,
                            MAX_CONNECTIONS,
                            CORS_ORIGINS,
                            ALLOWED_HOSTS)),
            new Section(
                    "Bounds",
                    List.of(
                            MAX_MEMORY_MB,
                            MAX_BODY_MB,
                            MAX_CONCURRENT_REQUESTS,
                            MAX_CONCURRENT_LISTS,
                            REQUEST_QUEUE_SIZE,
                            MAX_WORKERS,
                            MAX_WRITE_CONNECTIONS,
                            MAX_BATCH_SIZE,
                            DEFAULT_BATCH_SIZE)),
            new Section(
                    "Bounds of each principal",
                    List.of(
                            PrincipalSettings.REQUESTS,
                            PrincipalSettings.QUEUE,
                            PrincipalSettings.LISTS,
                            PrincipalSettings.PENDING_BYTES,
                            PrincipalSettings.LOG_BYTES,
                            PrincipalSettings.RECORDS,
                            PrincipalSettings.DOCUMENT_BYTES,
                            PrincipalSettings.RESULTS,
                            PrincipalSettings.FAULTS,
                            PrincipalSettings.DEAD_LETTERS,
                            PrincipalSettings.WAITS,
                            PrincipalSettings.COLLECTIONS)),
            new Section(
                    "How long things may take",
                    List.of(
                            REQUEST_TIMEOUT,
                            LOG_TIMEOUT,
                            ADMISSION_TIMEOUT,
                            READ_WAIT,
                            CLIENT_STALL_TIMEOUT,
                            UNANSWERED_WRITE_TIMEOUT,
                            FOLLOWER_LINGER)),
            new Section(
                    "How requests and servers are treated",
                    List.of(
                            READ_REPLICA_RATIO,
                            READ_WEIGHTS,
                            DRAINED,
                            PROTECTED_COLLECTIONS,
                            ADOPT_TENANTS,
                            MIXED_RELEASES)),
            new Section(
                    "What it tells unasked",
                    List.of(
                            LOG_LEVEL,
                            ACCESS_LOG,
                            ACCESS_LOG_FILE,
                            ACCESS_LOG_MAX_BYTES,
                            OTLP_ENDPOINT,
                            TRACE_RATIO,
                            SLACK_WEBHOOK_URL,
                            ALERT_PAUSE)),
            new Section(
                    "Taken for the predecessor's sake",
                    List.of(ENABLE_CONNECTION_POOLING, ENABLE_GRANULAR_LOCKING, WAL_SYNC_INTERVAL)));

    private static final List<Setting<?>> ALL =
            SECTIONS.stream().flatMap(section -> section.settings().stream()).collect(Collectors.toUnmodifiableList());

    private static final Map<String, Setting<?>> BY_KEY =
            ALL.stream().collect(Collectors.toUnmodifiableMap(Setting::key, Function.identity()));

    private Settings() {}

    /** In the order of the documents. */
    public static List<Section> sections() {
        return SECTIONS;
    }

    /** In the same order. */
    public static List<Setting<?>> all() {
        return ALL;
    }

    static Optional<Setting<?>> byKey(String key) {
        return Optional.ofNullable(BY_KEY.get(key));
    }

    static Set<String> keys() {
        return BY_KEY.keySet();
    }
}
