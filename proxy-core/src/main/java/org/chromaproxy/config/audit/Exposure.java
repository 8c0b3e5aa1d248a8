package org.chromaproxy.config.audit;

import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.config.AccessSettings;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.Tls;

/**
 * What a proxy with these settings is open to, from the settings alone.
 *
 * @param tokens whether every client needs one
 * @param loopback whether only this machine reaches it
 * @param tls whether clients speak TLS to it
 * @param plainServers names of the Chroma servers that are reached over a network without TLS
 * @param unverified whether the certificates of others are not verified
 */
public record Exposure(boolean tokens, boolean loopback, boolean tls, List<String> plainServers, boolean unverified) {
    /** That of a configuration. */
    public static Exposure of(Config config) {
        List<String> plain = config.instances().stream()
                .filter(instance -> "http".equals(instance.url().getScheme())
                        && !Loopback.is(instance.url().getHost()))
                .map(Config.Upstream::name)
                .toList();
        boolean secured = config.instances().stream()
                .anyMatch(instance -> "https".equals(instance.url().getScheme()));
        Config.Listen listen = config.listen();
        AccessSettings access = listen.access();
        return new Exposure(
                access.tokensFile().isPresent(),
                Loopback.is(listen.host()),
                listen.tls().certificate().isPresent(),
                plain,
                secured && listen.tls().upstream().verify() == Tls.Verify.NONE);
    }

    /** Whether whoever reaches it over a network may read and write everything. */
    public boolean toEverybody() {
        return !tokens && !loopback;
    }

    /** What is open, each as a sentence with what to do; empty if nothing is. */
    public List<String> sentences() {
        List<String> open = new ArrayList<>();
        if (toEverybody()) {
            open.add(
                    "Everybody who reaches this proxy may read and write everything: it has no TOKENS_FILE, and listens on"
                            + " more than loopback. Give it one (bin/chroma-proxy token new), or set HOST=127.0.0.1.");
        }
        if (!tls && !loopback) {
            open.add("What clients send, tokens among it, can be read and changed on its way: set TLS_CERTIFICATE and"
                    + " TLS_KEY, unless something in front speaks TLS.");
        }
        if (!plainServers.isEmpty()) {
            open.add("What goes to " + String.join(", ", plainServers)
                    + " can be read and changed on its way: give https addresses, or keep that network private.");
        }
        if (unverified) {
            open.add(
                    "The certificates of the Chroma servers are not verified: set UPSTREAM_TLS_VERIFY=full and UPSTREAM_CA.");
        }
        return List.copyOf(open);
    }
}
