package org.chromaproxy.config.setting;

import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The kinds of values there are. */
public final class Kinds {
    private static final Set<String> YES = Set.of("true", "yes", "on", "1");
    private static final Set<String> NO = Set.of("false", "no", "off", "0");
    private static final Pattern BYTES = Pattern.compile("(\\d{1,19})\\s*(|[KMGT]iB)");
    private static final Pattern PACKAGE_LEVEL = Pattern.compile("[a-z]+(\\.[a-z]+)*\\s*=\\s*[a-z]+");
    private static final Pattern INSTANCE = Pattern.compile("[a-z0-9-]{1,32}");
    /** Beside primary and replica. Every write goes to each; nobody has tried more. */
    private static final int MORE_INSTANCES = 5;

    private static final Pattern HOST = Pattern.compile("[\\w.:%-]{1,255}|\\[[\\w.:%]{1,64}]");
    private static final List<String> UNITS = List.of("", "KiB", "MiB", "GiB", "TiB");
    private static final long MOST_SECONDS = 86_400;

    private Kinds() {}

    /** Any text that is not empty. */
    static Kind<String> text() {
        return new Kind<>("some text", text -> required(text, !text.isEmpty()), text -> text);
    }

    /** A file or a folder; it need not be there. */
    static Kind<String> path() {
        return new Kind<>(
                "the path of a file or a folder",
                text -> required(text, !Path.of(text).toString().isEmpty()),
                text -> text);
    }

    /** A name or an address of this machine; whatever else stands there would be repeated where it is bound. */
    static Kind<String> host() {
        return new Kind<>(
                "a host name or an IP address",
                text -> required(text, HOST.matcher(text).matches()),
                text -> text);
    }

    /** Printable ASCII, as it can stand in a header. */
    static Kind<String> line() {
        return new Kind<>(
                "printable ASCII on one line",
                text -> required(text, !text.isEmpty() && text.chars().allMatch(c -> c >= ' ' && c < 0x7f)),
                text -> text);
    }

    public static Kind<Integer> integer(int least, int most) {
        return new Kind<>(
                "a whole number from " + least + " to " + most,
                text -> within(Integer.valueOf(text), value -> value >= least && value <= most),
                String::valueOf);
    }

    /** A whole number of seconds. */
    static Kind<Long> wholeSeconds(long least, long most) {
        return new Kind<>(
                "a whole number of seconds from " + least + " to " + most,
                text -> within(Long.valueOf(text), value -> value >= least && value <= most),
                String::valueOf);
    }

    /** A position in the log. */
    static Kind<Long> position() {
        return new Kind<>(
                "a whole number from 0", text -> within(Long.valueOf(text), value -> value >= 0), String::valueOf);
    }

    /** Seconds, kept as milliseconds. */
    static Kind<Long> seconds() {
        return new Kind<>(
                "seconds, from 0.01 to " + MOST_SECONDS,
                text -> Math.round(
                        1000 * within(Double.valueOf(text), value -> value >= 0.01 && value <= MOST_SECONDS)),
                millis -> millis % 1000 == 0 ? Long.toString(millis / 1000) : Double.toString(millis / 1000.0));
    }

    /** A second at most, or none, kept as milliseconds. */
    static Kind<Long> secondsUpToOne() {
        return new Kind<>(
                "seconds, from 0 to 1",
                text -> Math.round(1000 * within(Double.valueOf(text), value -> value >= 0 && value <= 1)),
                millis -> millis % 1000 == 0 ? Long.toString(millis / 1000) : Double.toString(millis / 1000.0));
    }

    /** Bytes, with or without a unit. */
    public static Kind<Long> bytes(long least) {
        return new Kind<>(
                "a number of bytes, or one of KiB, MiB, GiB or TiB, from " + bytesInWords(least),
                text -> within(bytesOf(text), value -> value >= least),
                Kinds::bytesInWords);
    }

    static Kind<Double> share() {
        return new Kind<>(
                "a share from 0 to 1",
                text -> within(Double.valueOf(text), value -> value >= 0 && value <= 1),
                String::valueOf);
    }

    static Kind<Boolean> flag() {
        return new Kind<>("true or false", Kinds::flagOf, String::valueOf);
    }

    /** One of some words, whatever their case. */
    static Kind<String> choice(String... words) {
        List<String> all = List.of(words);
        return new Kind<>(
                "one of " + String.join(", ", all),
                text -> within(text.toLowerCase(Locale.ROOT), all::contains),
                text -> text);
    }

    /** A level for all packages, and levels of some, by their names within the project: {@code info, lane=debug}. */
    static Kind<String> logLevels() {
        Kind<String> level = choice("error", "warn", "info", "debug", "trace");
        return new Kind<>(
                "one of error, warn, info, debug, trace; behind it levels of packages, like info, lane=debug, wal.append=trace",
                text -> {
                    List<String> all = namesOf(text.toLowerCase(Locale.ROOT));
                    level.parsed(all.isEmpty() ? "" : all.getFirst());
                    for (String pair : all.subList(1, all.size())) {
                        level.parsed(required(
                                pair.substring(pair.indexOf('=') + 1).strip(),
                                PACKAGE_LEVEL.matcher(pair).matches()));
                    }
                    return String.join(", ", all);
                },
                text -> text);
    }

    /** Names, separated by commas; none at all is possible. */
    static Kind<List<String>> names() {
        return new Kind<>("names, separated by commas", Kinds::namesOf, names -> String.join(", ", names));
    }

    /** What some instances weigh, like {@code primary=1, replica=4}. */
    static Kind<Map<String, Integer>> weights() {
        Kind<Integer> weight = integer(0, 1000);
        return new Kind<>(
                "names and weights from 0 to 1000, like primary=1, replica=4, each name once",
                text -> pairsOf(text, weight),
                weights -> shown(weights));
    }

    /** Further instances, like {@code third=http://host:port}. */
    static Kind<Map<String, URI>> instances() {
        Kind<URI> address = serverAddress();
        return new Kind<>(
                "names and addresses, like third=http://host:port, at most " + MORE_INSTANCES
                        + " of them; a name is 1 to 32 lower case letters, digits and hyphens, and there once",
                text -> within(pairsOf(text, address), all -> all.size() <= MORE_INSTANCES),
                instances -> shown(instances));
    }

    private static <T> Map<String, T> pairsOf(String text, Kind<T> kind) {
        Map<String, T> all = new LinkedHashMap<>();
        for (String pair : namesOf(text)) {
            int end = pair.indexOf('=');
            String name = required(pair.substring(0, Math.max(0, end)).strip(), end > 0);
            T value = kind.parsed(pair.substring(end + 1).strip());
            if (!INSTANCE.matcher(name).matches() || all.putIfAbsent(name, value) != null) {
                throw new IllegalArgumentException();
            }
        }
        return Collections.unmodifiableMap(all);
    }

    private static String shown(Map<String, ?> pairs) {
        return pairs.entrySet().stream()
                .map(pair -> pair.getKey() + "=" + pair.getValue())
                .collect(Collectors.joining(", "));
    }

    /** {@code http://host:port}, or https; nothing behind it. */
    static Kind<URI> serverAddress() {
        return new Kind<>(
                "an address like http://host:port or https://host:port",
                text -> within(URI.create(text), Kinds::isServer),
                URI::toString);
    }

    private static boolean isServer(URI uri) {
        return webScheme(uri.getScheme())
                && uri.getHost() != null
                && uri.getRawUserInfo() == null
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null
                && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"));
    }

    /** {@code https://host/path}, or http. */
    static Kind<URI> webAddress() {
        return new Kind<>(
                "an address like https://host/path",
                text -> within(URI.create(text), uri -> webScheme(uri.getScheme()) && uri.getHost() != null),
                URI::toString);
    }

    private static boolean webScheme(@Nullable String scheme) {
        return "https".equals(scheme) || "http".equals(scheme);
    }

    /** As libpq and hosters write it, or the driver's own form. */
    static Kind<String> postgres() {
        return new Kind<>(
                "an address like postgresql://user:password@host:port/database; special characters in the password are"
                        + " written as %40 and the like",
                text -> required(text, PostgresAddress.isReadable(text)), text -> text);
    }

    /** The same, or nothing: empty text. */
    static <T> Kind<Optional<T>> optional(Kind<T> kind) {
        return new Kind<>(
                kind.expected(),
                text -> text.isEmpty()
                        ? Optional.empty()
                        : Optional.of(kind.parse().apply(text)),
                value -> value.map(kind.shown()).orElse(""));
    }

    private static boolean flagOf(String text) {
        String word = text.toLowerCase(Locale.ROOT);
        return YES.contains(within(word, any -> YES.contains(any) || NO.contains(any)));
    }

    private static List<String> namesOf(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList();
    }

    private static long bytesOf(String text) {
        Matcher found = BYTES.matcher(text);
        if (!found.matches()) {
            throw new IllegalArgumentException();
        }
        int shift = 10 * UNITS.indexOf(found.group(2));
        long amount = Long.parseLong(found.group(1));
        return amount > Long.MAX_VALUE >> shift ? -1 : amount << shift;
    }

    private static String bytesInWords(long bytes) {
        int unit = bytes == 0 ? 0 : Math.min(UNITS.size() - 1, Long.numberOfTrailingZeros(bytes) / 10);
        return ((bytes >> (10 * unit)) + " " + UNITS.get(unit)).strip();
    }

    private static String required(String text, boolean right) {
        return within(text, any -> right);
    }

    private static <T> T within(T value, Predicate<T> fits) {
        if (!fits.test(value)) {
            throw new IllegalArgumentException();
        }
        return value;
    }
}
