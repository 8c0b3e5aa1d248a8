package org.chromaproxy.config.setting;

import java.net.URI;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Addresses of a database that the driver can read. It repeats one that it cannot read in its messages, options and all, so
 * such a one is refused as a setting already.
 */
final class PostgresAddress {
    private static final String WORD = "(?:[^?#\\s%]|%[0-9a-fA-F]{2})*+";
    private static final String OPTIONS = "(?:\\?(?:[^\\s%]|%[0-9a-fA-F]{2})*+)?+";
    private static final Pattern JDBC =
            Pattern.compile("jdbc:postgresql:(?://([^/?#@\\s]*+)/" + WORD + "|/|[^/?#@:%\\s]++)" + OPTIONS);
    private static final Pattern POSTGRES =
            Pattern.compile("postgres(?:ql)?://(?:[^/?#\\s]+@)?([^/?#@\\s]++)(?:/" + WORD + ")?+" + OPTIONS);
    private static final Pattern SERVER = Pattern.compile("(?:[^:\\[\\]]*+|\\[[\\w:.%]++])(?::(\\d{1,5}))?");
    private static final int LAST_PORT = 65_535;

    private PostgresAddress() {}

    static boolean isReadable(String text) {
        Matcher found = (text.startsWith("jdbc:") ? JDBC : POSTGRES).matcher(text);
        if (!found.matches()) {
            return false;
        }
        String servers = found.group(1);
        return (servers == null || Arrays.stream(servers.split(",", -1)).allMatch(PostgresAddress::isServer))
                && URI.create(text).getScheme() != null;
    }

    private static boolean isServer(String text) {
        Matcher found = SERVER.matcher(text);
        if (!found.matches()) {
            return false;
        }
        int port = found.group(1) == null ? 1 : Integer.parseInt(found.group(1));
        return port > 0 && port <= LAST_PORT;
    }
}
