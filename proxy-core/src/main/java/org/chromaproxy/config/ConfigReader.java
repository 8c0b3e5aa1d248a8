package org.chromaproxy.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.chromaproxy.config.setting.ConfigFile;
import org.chromaproxy.config.setting.PrincipalSettings;
import org.chromaproxy.config.setting.Setting;
import org.chromaproxy.config.setting.Settings;
import org.chromaproxy.config.setting.Source;
import org.chromaproxy.config.setting.TlsSettings;
import org.chromaproxy.config.setting.Values;

/** Makes the configuration of the settings' values, and checks what one value alone does not tell. */
public final class ConfigReader {
    private static final int MIB = 1 << 20;
    private static final long LEAST_LOG_BYTES = 64L << 20;

    private static final String PRIMARY = "primary";
    private static final String REPLICA = "replica";
    private static final String HTTPS = "https";

    private final Values values;

    private ConfigReader(Values values) {
        this.values = values;
    }

    /**
     * The configuration that variables of the environment make by themselves: no file, no command line.
     *
     * @throws ConfigException naming every setting that cannot work
     */
    public static Config of(Map<String, String> environment) {
        return of(Values.of(Map.of(), environment, ConfigFile.NONE));
    }

    /** The same of values found already. */
    static Config of(Values values) {
        Config config = new ConfigReader(values).read();
        if (!values.problems().isEmpty()) {
            throw new ConfigException(values.problems());
        }
        return config;
    }

    private Config read() {
        Config.Listen listen = new Config.Listen(
                values.get(Settings.HOST),
                values.get(Settings.PORT),
                values.get(Settings.TRANSPORT),
                values.get(Settings.EVENT_LOOPS),
                new AccessSettings(
                        values.get(Settings.TOKENS_FILE).map(Path::of),
                        values.get(Settings.UPSTREAM_TOKEN),
                        new ClientSettings(
                                values.get(Settings.CLIENT_HEAD_TIMEOUT),
                                values.get(Settings.CLIENT_MAX_REQUESTS_PER_SECOND),
                                values.get(Settings.CLIENT_MAX_CONNECTIONS),
                                values.get(Settings.CORS_ORIGINS),
                                new ConnectionSettings(
                                        values.get(Settings.CLIENT_IDLE_TIMEOUT),
                                        values.get(Settings.MAX_HEADERS),
                                        values.get(Settings.MAX_HEAD_KB) << 10)),
                        values.get(Settings.LOCAL_TOKEN_FILE).map(Path::of),
                        values.get(Settings.ALLOWED_HOSTS)),
                tls());
        Config config = new Config(listen, instances(), log(), limits(), timing(), rules());
        together(config);
        return config;
    }

    private List<Config.Upstream> instances() {
        List<Config.Upstream> all = new ArrayList<>();
        all.add(new Config.Upstream(PRIMARY, values.get(Settings.PRIMARY_URL)));
        all.add(new Config.Upstream(REPLICA, values.get(Settings.REPLICA_URL)));
        values.get(Settings.MORE_INSTANCES).forEach((name, url) -> all.add(new Config.Upstream(name, url)));
        return all;
    }

    private Tls tls() {
        Optional<Path> certificate = path(TlsSettings.TLS_CERTIFICATE);
        Optional<Path> key = path(TlsSettings.TLS_KEY);
        Optional<Path> clientCa = path(TlsSettings.TLS_CLIENT_CA);
        Tls.ClientAuth auth =
                Tls.ClientAuth.valueOf(values.get(TlsSettings.TLS_CLIENT_AUTH).toUpperCase(Locale.ROOT));
        both(TlsSettings.TLS_CERTIFICATE, TlsSettings.TLS_KEY, "set both for TLS, or none for plain HTTP");
        both(TlsSettings.HEALTH_CERTIFICATE, TlsSettings.HEALTH_KEY, "set both, or none");
        if ((auth != Tls.ClientAuth.NONE) != clientCa.isPresent()) {
            values.problem(
                    TlsSettings.TLS_CLIENT_AUTH,
                    "does not go with tls_client_ca: client certificates need both, optional or require and the CA's"
                            + " file; set both, or none");
        }
        if (clientCa.isPresent() && certificate.isEmpty()) {
            values.problem(
                    TlsSettings.TLS_CLIENT_CA,
                    "has no effect without tls_certificate: nobody is asked for a certificate; set that too");
        }
        String password = values.get(TlsSettings.TLS_KEY_PASSWORD).orElse("");
        return new Tls(certificate, key, password, clientCa, auth, upstreamTls());
    }

    private Tls.Upstream upstreamTls() {
        both(TlsSettings.UPSTREAM_CERTIFICATE, TlsSettings.UPSTREAM_KEY, "set both, or none");
        Tls.Verify verify =
                Tls.Verify.valueOf(values.get(TlsSettings.UPSTREAM_TLS_VERIFY).toUpperCase(Locale.ROOT));
        boolean secured = instances().stream()
                .anyMatch(instance -> HTTPS.equals(instance.url().getScheme()));
        if (secured && verify == Tls.Verify.NONE) {
            values.warning(
                    TlsSettings.UPSTREAM_TLS_VERIFY,
                    "means that the Chroma servers' certificates are NOT verified: whoever is on the way can read and"
                            + " change every record, and upstream_token; use it for tries only, else give upstream_ca");
        }
        Stream.of(TlsSettings.UPSTREAM_CA, TlsSettings.UPSTREAM_TLS_SERVER_NAME, TlsSettings.UPSTREAM_CERTIFICATE)
                .filter(setting -> !secured && values.get(setting).isPresent())
                .forEach(setting -> values.warning(
                        setting,
                        "has no effect: no server's address begins with https://, so what goes there can be read on the"
                                + " way; is that what is meant?"));
        return new Tls.Upstream(
                path(TlsSettings.UPSTREAM_CA),
                verify,
                values.get(TlsSettings.UPSTREAM_TLS_SERVER_NAME),
                path(TlsSettings.UPSTREAM_CERTIFICATE),
                path(TlsSettings.UPSTREAM_KEY));
    }

    private Optional<Path> path(Setting<Optional<String>> setting) {
        return values.get(setting).map(Path::of);
    }

    /** A certificate and its key. */
    private void both(Setting<Optional<String>> one, Setting<Optional<String>> other, String action) {
        boolean first = values.get(one).isPresent();
        if (first != values.get(other).isPresent()) {
            values.problem(
                    first ? one : other,
                    "is set without the other one of " + one.key() + " and " + other.key() + "; " + action);
        }
    }

    private Config.Log log() {
        Optional<String> database = values.get(Settings.DATABASE_URL);
        return new Config.Log(
                database,
                Path.of(values.get(Settings.DATA_DIR)),
                database.isEmpty() || values.get(Settings.SOLE_OWNER),
                pending(),
                values.get(Settings.ACCEPT_SHORTENED_LOG));
    }

    private Config.Log.Pending pending() {
        long waiting = values.get(Settings.LOG_MAX_PENDING_BYTES);
        long log = values.get(Settings.LOG_MAX_BYTES);
        if (log > 0 && log < LEAST_LOG_BYTES) {
            values.problem(
                    Settings.LOG_MAX_BYTES,
                    "leaves no room for a few large writes: give it 64 MiB or more, or 0 for half as much again as"
                            + " log_max_pending_bytes");
        }
        return new Config.Log.Pending(
                waiting,
                Duration.ofSeconds(values.get(Settings.LOG_MAX_PENDING_AGE)),
                log > 0 ? log : Config.Log.Pending.logBytes(waiting));
    }

    private int maxBodyMb() {
        return values.source(Settings.MAX_BODY_MB) instanceof Source.Default
                ? MemoryPlan.defaultBodyMb(values.get(Settings.MAX_MEMORY_MB))
                : values.get(Settings.MAX_BODY_MB);
    }

    private Config.Limits limits() {
        return new Config.Limits(
                values.get(Settings.MAX_MEMORY_MB),
                maxBodyMb() * MIB,
                values.get(Settings.MAX_CONCURRENT_REQUESTS),
                values.get(Settings.REQUEST_QUEUE_SIZE),
                values.get(Settings.MAX_WORKERS),
                new Config.Limits.Batches(values.get(Settings.DEFAULT_BATCH_SIZE), values.get(Settings.MAX_BATCH_SIZE)),
                principals(),
                values.get(Settings.MAX_CONNECTIONS),
                values.get(Settings.MAX_CONCURRENT_LISTS),
                values.get(Settings.MAX_WRITE_CONNECTIONS));
    }

    private PrincipalLimits principals() {
        long log = values.get(PrincipalSettings.LOG_BYTES);
        return PrincipalLimits.of(Map.ofEntries(
                Map.entry(PrincipalLimit.REQUESTS, (long) values.get(PrincipalSettings.REQUESTS)),
                Map.entry(PrincipalLimit.QUEUE, (long) values.get(PrincipalSettings.QUEUE)),
                Map.entry(PrincipalLimit.LISTS, (long) values.get(PrincipalSettings.LISTS)),
                Map.entry(PrincipalLimit.PENDING, values.get(PrincipalSettings.PENDING_BYTES)),
                Map.entry(PrincipalLimit.RECORDS, (long) values.get(PrincipalSettings.RECORDS)),
                Map.entry(PrincipalLimit.DOCUMENT, values.get(PrincipalSettings.DOCUMENT_BYTES)),
                Map.entry(PrincipalLimit.RESULTS, (long) values.get(PrincipalSettings.RESULTS)),
                Map.entry(PrincipalLimit.FAULTS, (long) values.get(PrincipalSettings.FAULTS)),
                Map.entry(PrincipalLimit.DEAD_LETTERS, (long) values.get(PrincipalSettings.DEAD_LETTERS)),
                Map.entry(PrincipalLimit.WAITS, (long) values.get(PrincipalSettings.WAITS)),
                Map.entry(PrincipalLimit.COLLECTIONS, (long) values.get(PrincipalSettings.COLLECTIONS)),
                Map.entry(PrincipalLimit.LOG, log > 0 ? log : pending().principalBytes())));
    }

    private Config.Timing timing() {
        long request = values.get(Settings.REQUEST_TIMEOUT);
        return new Config.Timing(
                values.get(Settings.CHECK_INTERVAL),
                request,
                Math.min(request, values.get(Settings.LOG_TIMEOUT)),
                Math.min(request, values.get(Settings.ADMISSION_TIMEOUT)),
                Math.min(request, values.get(Settings.READ_WAIT)),
                values.get(Settings.CLIENT_STALL_TIMEOUT),
                values.get(Settings.UNANSWERED_WRITE_TIMEOUT),
                values.get(Settings.FOLLOWER_LINGER));
    }

    private Config.Rules rules() {
        return new Config.Rules(
                new Config.Sharing(
                        values.get(Settings.READ_REPLICA_RATIO),
                        values.get(Settings.READ_WEIGHTS),
                        Set.copyOf(values.get(Settings.DRAINED))),
                Set.copyOf(values.get(Settings.PROTECTED_COLLECTIONS)),
                values.get(Settings.ADOPT_TENANTS),
                values.get(Settings.AUTO_RESYNC),
                values.get(Settings.MIXED_RELEASES).equals("refuse"),
                seeing());
    }

    private Seeing seeing() {
        Seeing.AccessLog.Form form =
                Seeing.AccessLog.Form.valueOf(values.get(Settings.ACCESS_LOG).toUpperCase(Locale.ROOT));
        Optional<Path> file = values.get(Settings.ACCESS_LOG_FILE).map(Path::of);
        if (form == Seeing.AccessLog.Form.NONE && file.isPresent()) {
            values.warning(Settings.ACCESS_LOG_FILE, "has no effect without access_log; set that to text or json too");
        }
        return new Seeing(
                values.get(Settings.SLACK_WEBHOOK_URL),
                Duration.ofMillis(values.get(Settings.ALERT_PAUSE)),
                new Seeing.AccessLog(form, file, values.get(Settings.ACCESS_LOG_MAX_BYTES)),
                new Seeing.Tracing(values.get(Settings.OTLP_ENDPOINT), values.get(Settings.TRACE_RATIO)));
    }

    /** Values that cannot work together, or hardly as they were meant. */
    private void together(Config config) {
        MemoryPlan memory = config.memory();
        memory.bodyProblem().ifPresent(problem -> values.problem(Settings.MAX_BODY_MB, problem));
        if (config.mostConnections() > memory.mostConnections()) {
            values.problem(
                    Settings.MAX_CONNECTIONS,
                    "is more than there is memory for: a connection is counted as " + memory.connectionBytes()
                            + " bytes, and " + memory.connections() / MIB + " MiB of max_memory_mb ("
                            + memory.maxMemoryMb() + ") are for them, which is " + memory.mostConnections()
                            + " connections; lower it, or raise max_memory_mb");
        }
        instancesTogether(config);
        if (!values.get(Settings.ENABLE_CONNECTION_POOLING)) {
            values.warning(Settings.ENABLE_CONNECTION_POOLING, "has no effect: it is always on here");
        }
        if (!values.get(Settings.ENABLE_GRANULAR_LOCKING)) {
            values.warning(Settings.ENABLE_GRANULAR_LOCKING, "has no effect: it is always on here");
        }
    }

    /** What an address leads to, the same for every spelling of it. */
    private static String server(URI url) {
        boolean secured = HTTPS.equals(url.getScheme());
        int standard = secured ? 443 : 80;
        int port = url.getPort() < 0 ? standard : url.getPort();
        return url.getScheme() + "://" + url.getHost().toLowerCase(Locale.ROOT) + ":" + port;
    }

    private void instancesTogether(Config config) {
        String primary = server(values.get(Settings.PRIMARY_URL));
        String replica = server(values.get(Settings.REPLICA_URL));
        if (primary.equals(replica)) {
            values.problem(
                    Settings.REPLICA_URL,
                    "is the primary's address too: every write would reach that server twice; give the address of a"
                            + " second server");
        }
        Map<String, String> addresses = new HashMap<>();
        addresses.put(primary, PRIMARY);
        addresses.put(replica, REPLICA);
        values.get(Settings.MORE_INSTANCES).forEach((name, url) -> {
            String other = addresses.putIfAbsent(server(url), name);
            if (other != null) {
                values.problem(
                        Settings.MORE_INSTANCES,
                        "gives " + name + " the address of " + other
                                + ": every write would reach that server twice; give the address of another server");
            }
        });
        Set<String> names = new TreeSet<>();
        config.instances().forEach(instance -> names.add(instance.name()));
        if (names.size() < config.instances().size()) {
            values.problem(
                    Settings.MORE_INSTANCES,
                    "names one of them primary or replica: those are PRIMARY_URL and REPLICA_URL; take another name");
        }
        Config.Sharing sharing = config.rules().sharing();
        known(Settings.READ_WEIGHTS, sharing.weights().keySet(), names);
        known(Settings.DRAINED, sharing.drained(), names);
        if (sharing.drained().containsAll(names)) {
            values.problem(
                    Settings.DRAINED,
                    "names every instance: no read and no write would be served; leave at least one out");
        }
    }

    private void known(Setting<?> setting, Set<String> used, Set<String> names) {
        for (String name : new TreeSet<>(used)) {
            if (!names.contains(name)) {
                values.problem(
                        setting,
                        "names no instance with [" + setting.masked(name) + "]; there are " + String.join(", ", names));
            }
        }
    }
}
