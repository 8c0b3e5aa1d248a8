package org.chromaproxy.main;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.chromaproxy.wal.store.DatabaseTarget;

/** Reads {@code postgresql://user:password@host:port,host2/database?option=value} as libpq and hosters write it. */
final class PostgresUrl {
    private PostgresUrl() {}

    /** @throws IllegalArgumentException when it cannot be read; the message never repeats the password */
    static DatabaseTarget parse(String url) {
        if (url.startsWith("jdbc:")) {
            return DatabaseTarget.of(url, "", "");
        }
        URI uri = URI.create(url.replaceFirst("^postgres(ql)?://", "postgresql://"));
        if (!"postgresql".equals(uri.getScheme()) || uri.getRawAuthority() == null) {
            throw new IllegalArgumentException(
                    "DATABASE_URL must look like postgresql://user:password@host:port/database");
        }
        String authority = uri.getRawAuthority();
        int at = authority.lastIndexOf('@');
        String[] credentials =
                at < 0 ? new String[0] : authority.substring(0, at).split(":", 2);
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String jdbc = "jdbc:postgresql://" + authority.substring(at + 1) + path + query;
        return DatabaseTarget.of(jdbc, decoded(credentials, 0), decoded(credentials, 1));
    }

    private static String decoded(String[] parts, int index) {
        return index < parts.length ? URLDecoder.decode(parts[index].replace("+", "%2B"), StandardCharsets.UTF_8) : "";
    }
}
