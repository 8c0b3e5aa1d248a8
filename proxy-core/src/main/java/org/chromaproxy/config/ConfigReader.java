package org.chromaproxy.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.config.setting.ConfigFile;
import org.chromaproxy.config.setting.Settings;
import org.chromaproxy.config.setting.Values;

/** Makes the configuration of the settings' values, and checks what one value alone does not tell. */
public final class ConfigReader {
    private static final int MIB = 1 << 20;

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
                                values.get(Settings.CORS_ORIGINS))),
                tls());
        List<Config.Upstream> instances = List.of(
                new Config.Upstream("primary", values.get(Settings.PRIMARY_URL)),
                new Config.Upstream("replica", values.get(Settings.REPLICA_URL)));
        Config config = new Config(listen, instances, log(), limits(), timing(), rules());
        together(config);
        return config;
    }

    private Tls tls() {
        Optional<Path> certificate = values.get(Settings.TLS_CERTIFICATE).map(Path::of);
        Optional<Path> key = values.get(Settings.TLS_KEY).map(Path::of);
        Optional<Path> clientCa = values.get(Settings.TLS_CLIENT_CA).map(Path::of);
        Tls.ClientAuth auth =
                Tls.ClientAuth.valueOf(values.get(Settings.TLS_CLIENT_AUTH).toUpperCase(Locale.ROOT));
        if (certificate.isPresent() != key.isPresent()) {
            values.problem(
                    certificate.isPresent() ? Settings.TLS_CERTIFICATE : Settings.TLS_KEY,
                    "is set without the other one of tls_certificate and tls_key; set both for TLS, or none for plain HTTP");
        }
        if ((auth != Tls.ClientAuth.NONE) != clientCa.isPresent()) {
            values.problem(
                    Settings.TLS_CLIENT_AUTH,
                    "does not go with tls_client_ca: client certificates need both, optional or require and the CA's file; set"
                            + " both, or none");
        }
        if (clientCa.isPresent() && certificate.isEmpty()) {
            values.problem(
                    Settings.TLS_CLIENT_CA,
                    "has no effect without tls_certificate: nobody is asked for a certificate; set that too");
        }
        return new Tls(certificate, key, values.get(Settings.TLS_KEY_PASSWORD).orElse(""), clientCa, auth);
    }

    private Config.Log log() {
        Optional<String> database = values.get(Settings.DATABASE_URL);
        return new Config.Log(
                database,
                Path.of(values.get(Settings.DATA_DIR)),
                database.isEmpty() || values.get(Settings.SOLE_OWNER),
                new Config.Log.Pending(
                        values.get(Settings.LOG_MAX_PENDING_BYTES),
                        Duration.ofSeconds(values.get(Settings.LOG_MAX_PENDING_AGE))));
    }

    private Config.Limits limits() {
        return new Config.Limits(
                values.get(Settings.MAX_MEMORY_MB),
                values.get(Settings.MAX_BODY_MB) * MIB,
                values.get(Settings.MAX_CONCURRENT_REQUESTS),
                values.get(Settings.REQUEST_QUEUE_SIZE),
                values.get(Settings.MAX_WORKERS),
                new Config.Limits.Batches(
                        values.get(Settings.DEFAULT_BATCH_SIZE), values.get(Settings.MAX_BATCH_SIZE)));
    }

    private Config.Timing timing() {
        long request = values.get(Settings.REQUEST_TIMEOUT);
        return new Config.Timing(
                values.get(Settings.CHECK_INTERVAL),
                request,
                Math.min(request, values.get(Settings.LOG_TIMEOUT)),
                Math.min(request, values.get(Settings.READ_WAIT)),
                values.get(Settings.CLIENT_STALL_TIMEOUT),
                values.get(Settings.UNANSWERED_WRITE_TIMEOUT));
    }

    private Config.Rules rules() {
        return new Config.Rules(
                values.get(Settings.READ_REPLICA_RATIO),
                Set.copyOf(values.get(Settings.PROTECTED_COLLECTIONS)),
                values.get(Settings.ADOPT_TENANTS),
                values.get(Settings.AUTO_RESYNC),
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
        Config.Limits limits = config.limits();
        if (limits.maxBody() > limits.bodyMemory()) {
            values.problem(
                    Settings.MAX_BODY_MB,
                    "is larger than a quarter of max_memory_mb (" + limits.maxMemoryMb()
                            + "), so such a body could never be taken; raise max_memory_mb");
        }
        if (values.get(Settings.PRIMARY_URL).equals(values.get(Settings.REPLICA_URL))) {
            values.problem(
                    Settings.REPLICA_URL,
                    "is the primary's address too: every write would reach that server twice; give the address of a"
                            + " second server");
        }
        if (!values.get(Settings.ENABLE_CONNECTION_POOLING)) {
            values.warning(Settings.ENABLE_CONNECTION_POOLING, "has no effect: it is always on here");
        }
        if (!values.get(Settings.ENABLE_GRANULAR_LOCKING)) {
            values.warning(Settings.ENABLE_GRANULAR_LOCKING, "has no effect: it is always on here");
        }
    }
}
