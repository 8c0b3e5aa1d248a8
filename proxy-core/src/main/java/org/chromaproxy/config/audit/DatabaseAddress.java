package org.chromaproxy.config.audit;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code DATABASE_URL} says of the way to PostgreSQL, in either form that is taken.
 *
 * @param hosts empty: the driver's default, which is this machine
 * @param sslMode as pgjdbc spells it; its default where none is given
 */
record DatabaseAddress(String user, String password, List<String> hosts, String sslMode) {
    private static final Pattern FORM = Pattern.compile(
            "(?:jdbc:)?postgres(?:ql)?:(?://)?(?:([^@/?]*)@)?([^/?]*)(?:/[^?]*)?(?:\\?(.*))?", Pattern.DOTALL);
    private static final String DEFAULT_MODE = "prefer";

    static DatabaseAddress of(String url) {
        Matcher found = FORM.matcher(url);
        if (!found.matches()) {
            return new DatabaseAddress("", "", List.of(url), DEFAULT_MODE);
        }
        String[] login = text(found.group(1)).split(":", 2);
        String query = text(found.group(3));
        List<String> hosts = Arrays.stream(text(found.group(2)).split(",", -1))
                .map(host -> host.replaceFirst(":\\d*$", ""))
                .filter(host -> !host.isEmpty())
                .toList();
        return new DatabaseAddress(
                option(query, "user", decoded(login[0])),
                option(query, "password", login.length > 1 ? decoded(login[1]) : ""),
                hosts,
                option(query, "sslmode", DEFAULT_MODE).toLowerCase(Locale.ROOT));
    }

    boolean local() {
        return hosts.stream().allMatch(Loopback::is);
    }

    private static String text(@Nullable String group) {
        return group == null ? "" : group;
    }

    private static String option(String query, String name, String otherwise) {
        return Arrays.stream(query.split("&", -1))
                .filter(option -> option.startsWith(name + "="))
                .map(option -> decoded(option.substring(name.length() + 1)))
                .reduce(otherwise, (before, last) -> last);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return user + "@" + hosts + " sslmode=" + sslMode;
    }
}
