package org.chromaproxy.config.setting;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What of a secret may be shown. What does not look exactly as expected is not shown at all. */
final class Secrets {
    static final String HIDDEN = "***";

    private static final Pattern POSTGRES = Pattern.compile(
            "(postgres(?:ql)?://)(?:([\\w.-]*)(?::[^@/?]*)?@)?([^@?:/]+(?::\\d+)?(?:/[\\w.%-]*)?)(?:\\?[^@]*)?");
    private static final Pattern WEB = Pattern.compile("(https?://)([\\w.-]+(?::\\d+)?)(?:[/?#].*)?");

    private Secrets() {}

    /** {@code postgresql://user:***@host:port/database}; options are left out, as a password can be among them. */
    static String database(String url) {
        Matcher found = POSTGRES.matcher(url.replaceFirst("^jdbc:", ""));
        if (url.isEmpty() || !found.matches()) {
            return url.isEmpty() ? url : HIDDEN;
        }
        String user = found.group(2) == null ? "" : found.group(2) + ":" + HIDDEN + "@";
        return found.group(1) + user + found.group(3);
    }

    /** Nothing of it. */
    static String all(String secret) {
        return secret.isEmpty() ? secret : HIDDEN;
    }

    /** The scheme and host of an address whose path is the secret. */
    static String web(String address) {
        Matcher found = WEB.matcher(address);
        if (address.isEmpty() || !found.matches()) {
            return address.isEmpty() ? address : HIDDEN;
        }
        return found.group(1) + found.group(2) + "/" + HIDDEN;
    }
}
