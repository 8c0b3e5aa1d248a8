package org.chromaproxy.config.audit;

import java.net.InetAddress;
import java.util.Locale;

/** Addresses that only this machine reaches; no name server is asked. */
final class Loopback {
    private Loopback() {}

    /** @param host a name or an address, in brackets or not */
    static boolean is(String host) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        String name = bare.toLowerCase(Locale.ROOT);
        if (name.equals("localhost") || name.endsWith(".localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(name).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether it means every address of this machine. */
    static boolean everywhere(String host) {
        try {
            return InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", "")).isAnyLocalAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
