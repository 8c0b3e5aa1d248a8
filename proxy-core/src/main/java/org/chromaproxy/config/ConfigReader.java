package org.chromaproxy.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** Reads the settings from environment variables, with the predecessor's names where it had one. */
public final class ConfigReader {
    private static final int MIB = 1 << 20;
    private static final long WEEK_SECONDS = 7L * 24 * 3600;
    private static final long YEAR_SECONDS = 366L * 24 * 3600;

    private final Map<String, String> environment;
    private final List<String> problems = new ArrayList<>();

    private ConfigReader(Map<String, String> environment) {
        this.environment = environment;
    }

    /** @throws ConfigException naming every setting that cannot work */
    public static Config fromEnvironment() {
        return of(System.getenv());
    }

    /** The same from given variables. */
    public static Config of(Map<String, String> environment) {
        ConfigReader reader = new ConfigReader(environment);
        Config config = reader.read();
        if (!reader.problems.isEmpty()) {
            throw new ConfigException(reader.problems);
        }
        return config;
    }

    private Config read() {
        Config.Listen listen = new Config.Listen(
                text("HOST", "0.0.0.0"),
                integer("PORT", 8000, 0, 65_535),
                text("TRANSPORT", "auto"),
                integer("EVENT_LOOPS", Math.max(2, Runtime.getRuntime().availableProcessors()), 1, 1024),
                access());
        List<Config.Upstream> instances = List.of(
                new Config.Upstream("primary", url("PRIMARY_URL", "http://127.0.0.1:8001")),
                new Config.Upstream("replica", url("REPLICA_URL", "http://127.0.0.1:8002")));
        Optional<String> database =
                Optional.ofNullable(environment.get("DATABASE_URL")).filter(v -> !v.isBlank());
        Config.Log log = new Config.Log(
                database,
                Path.of(text("DATA_DIR", "data")),
                database.isEmpty() || flag("SOLE_OWNER"),
                new Config.Log.Pending(
                        whole("LOG_MAX_PENDING_BYTES", 20L << 30, 1 << 20, Long.MAX_VALUE),
                        Duration.ofSeconds(whole("LOG_MAX_PENDING_AGE", WEEK_SECONDS, 1, 100 * YEAR_SECONDS))));
        Config.Limits.Batches batches = new Config.Limits.Batches(
                integer("DEFAULT_BATCH_SIZE", 50, 1, 1000), integer("MAX_BATCH_SIZE", 200, 1, 1000));
        Config.Limits limits = new Config.Limits(
                integer("MAX_MEMORY_MB", 400, 200, 1 << 20),
                integer("MAX_BODY_MB", 40, 1, 1024) * MIB,
                integer("MAX_CONCURRENT_REQUESTS", 10_000, 1, 1_000_000),
                integer("REQUEST_QUEUE_SIZE", 16_384, 16, 1 << 20),
                integer("MAX_WORKERS", 3, 1, 1000),
                batches);
        Config config = new Config(listen, instances, log, limits, timing(), rules());
        if (limits.maxBody() > limits.bodyMemory()) {
            problems.add("MAX_BODY_MB=" + limits.maxBody() / MIB + ": larger than a quarter of MAX_MEMORY_MB ("
                    + limits.maxMemoryMb() + "), so such a body could never be taken; raise MAX_MEMORY_MB");
        }
        return config;
    }

    private Config.Timing timing() {
        long request = seconds("REQUEST_TIMEOUT", 60);
        return new Config.Timing(
                seconds("CHECK_INTERVAL", 1),
                request,
                Math.min(request, seconds("LOG_TIMEOUT", 10)),
                Math.min(request, seconds("READ_WAIT", 10)),
                seconds("CLIENT_STALL_TIMEOUT", 30),
                seconds("UNANSWERED_WRITE_TIMEOUT", 30));
    }

    private Config.Rules rules() {
        return new Config.Rules(
                ratio("READ_REPLICA_RATIO", 0.8),
                Set.copyOf(names("PROTECTED_COLLECTIONS", "global")),
                names("ADOPT_TENANTS", "default_tenant"),
                flag("AUTO_RESYNC"));
    }

    private AccessSettings access() {
        Optional<String> upstream = Optional.of(text("UPSTREAM_TOKEN", "")).filter(token -> !token.isEmpty());
        if (upstream.isPresent() && !upstream.get().chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            problems.add("UPSTREAM_TOKEN=***: must be printable ASCII on one line; without it none is sent");
        }
        return new AccessSettings(
                Optional.of(text("TOKENS_FILE", ""))
                        .filter(file -> !file.isEmpty())
                        .map(Path::of),
                upstream,
                new ClientSettings(
                        seconds("CLIENT_HEAD_TIMEOUT", 15),
                        integer("CLIENT_MAX_REQUESTS_PER_SECOND", 0, 0, 1_000_000),
                        integer("CLIENT_MAX_CONNECTIONS", 0, 0, 1_000_000),
                        names("CORS_ORIGINS", "")));
    }

    private boolean flag(String key) {
        return "true".equalsIgnoreCase(text(key, "false"));
    }

    private String text(String key, String otherwise) {
        String value = environment.get(key);
        return value == null || value.isBlank() ? otherwise : value.strip();
    }

    private List<String> names(String key, String otherwise) {
        return Arrays.stream(text(key, otherwise).split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList();
    }

    private int integer(String key, int otherwise, int least, int most) {
        return (int) whole(key, otherwise, least, most);
    }

    private long whole(String key, long otherwise, long least, long most) {
        return parsed(
                key,
                otherwise,
                Long::valueOf,
                "a whole number from " + least + " to " + most,
                value -> value >= least && value <= most);
    }

    private long seconds(String key, int otherwise) {
        return Math.round(1000
                * parsed(
                        key,
                        (double) otherwise,
                        Double::valueOf,
                        "seconds, from 0.01 to 86400",
                        value -> value >= 0.01 && value <= 86_400));
    }

    private double ratio(String key, double otherwise) {
        return parsed(key, otherwise, Double::valueOf, "a share from 0 to 1", value -> value >= 0 && value <= 1);
    }

    private URI url(String key, String otherwise) {
        return parsed(
                key,
                URI.create(otherwise),
                URI::create,
                "an address like http://host:port",
                value -> "http".equals(value.getScheme()) && value.getHost() != null);
    }

    private <T> T parsed(String key, T otherwise, Function<String, T> parse, String expected, Predicate<T> fits) {
        String value = environment.get(key);
        if (value == null || value.isBlank()) {
            return otherwise;
        }
        try {
            T parsed = parse.apply(value.strip());
            if (fits.test(parsed)) {
                return parsed;
            }
        } catch (IllegalArgumentException e) {
            // Reported below, like a value out of range.
        }
        problems.add(key + "=" + value + ": must be " + expected + "; without it the default is " + otherwise);
        return otherwise;
    }
}
