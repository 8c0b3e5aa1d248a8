package org.chromaproxy.config.audit;

import java.util.List;
import org.chromaproxy.config.ClientSettings;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.audit.HardeningCheck.Settled;

/** Towards clients: who may connect, how, and how much each may use. */
final class ClientChecks {
    private static final String ANY = "*";

    static final List<HardeningCheck> ALL = List.of(
            new HardeningCheck(
                    "tokens",
                    "every client needs a token",
                    "make tokens with `bin/chroma-proxy token new`, and let `TOKENS_FILE` name their file",
                    ClientChecks::tokens),
            new HardeningCheck(
                    "host",
                    "the proxy listens only where its clients are",
                    "let `HOST` be that address; `127.0.0.1` where they are on this machine",
                    ClientChecks::host),
            new HardeningCheck(
                    "tls",
                    "clients that come over a network speak TLS",
                    "set `TLS_CERTIFICATE` and `TLS_KEY`, or let nothing but a server that speaks TLS reach the proxy",
                    ClientChecks::tls),
            new HardeningCheck(
                    "allowed-hosts",
                    "no name is the proxy's own but those it has",
                    "name them in `ALLOWED_HOSTS` in the place of `*`",
                    ClientChecks::hosts),
            new HardeningCheck(
                    "cors",
                    "no page uses the proxy from a browser but those of known sites, by HTTPS",
                    "name their `https` origins in `CORS_ORIGINS`",
                    ClientChecks::origins),
            new HardeningCheck(
                    "client-bounds",
                    "one address has a bound of requests and connections",
                    "set `CLIENT_MAX_REQUESTS_PER_SECOND` and `CLIENT_MAX_CONNECTIONS` to some times what a client needs; behind a"
                            + " forwarding server its own bounds count",
                    ClientChecks::bounds));

    private ClientChecks() {}

    private static Finding tokens(Settled settled) {
        Exposure exposure = Exposure.of(settled.config());
        if (exposure.tokens()) {
            return Finding.ok("TOKENS_FILE is set");
        }
        return exposure.loopback()
                ? Finding.warn(
                        "there is no TOKENS_FILE: every user and every program of this machine may read and write")
                : Finding.fail("there is no TOKENS_FILE: whoever reaches the proxy may read and write everything");
    }

    private static Finding host(Settled settled) {
        String host = settled.config().listen().host();
        return Loopback.everywhere(host)
                ? Finding.warn("HOST is " + host + ": every network that this machine is in reaches it")
                : Finding.ok("HOST is " + host);
    }

    private static Finding tls(Settled settled) {
        Exposure exposure = Exposure.of(settled.config());
        if (exposure.tls() || exposure.loopback()) {
            return Finding.ok(exposure.tls() ? "TLS_CERTIFICATE is set" : "only this machine connects");
        }
        return Finding.warn("plain HTTP: what clients send, tokens among it, can be read and changed on its way");
    }

    private static Finding hosts(Settled settled) {
        Config config = settled.config();
        if (!config.listen().access().allowedHosts().contains(ANY)) {
            return Finding.ok("ALLOWED_HOSTS has no *");
        }
        return Exposure.of(config).tokens()
                ? Finding.warn("ALLOWED_HOSTS is *, which counts as soon as there is no TOKENS_FILE")
                : Finding.fail("ALLOWED_HOSTS is *: a page of any site reads everything by DNS rebinding");
    }

    private static Finding origins(Settled settled) {
        List<String> origins = settled.config().listen().access().clients().origins();
        if (origins.contains(ANY)) {
            return Exposure.of(settled.config()).tokens()
                    ? Finding.warn("CORS_ORIGINS is *: a page of any site that has a token may use it")
                    : Finding.fail("CORS_ORIGINS is *, and no token is needed: a page of any site reads and writes"
                            + " everything through a browser that reaches the proxy");
        }
        List<String> plain = origins.stream()
                .filter(origin -> !origin.startsWith("https://"))
                .toList();
        return plain.isEmpty()
                ? Finding.ok(origins.isEmpty() ? "CORS_ORIGINS is empty" : "CORS_ORIGINS names https origins")
                : Finding.warn(
                        "CORS_ORIGINS names pages that can be changed on their way: " + String.join(", ", plain));
    }

    private static Finding bounds(Settled settled) {
        ClientSettings clients = settled.config().listen().access().clients();
        boolean both = clients.requestsPerSecond() > 0 && clients.connections() > 0;
        return both || Loopback.is(settled.config().listen().host())
                ? Finding.ok(both ? "both are set" : "only this machine connects")
                : Finding.warn(
                        "one address may send as many requests, or hold as many connections, as all together may");
    }
}
