package org.chromaproxy.access;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Tells that something between client and proxy passes the request on, so that the socket's address is not the client's. */
final class ForwardingHeader {
    private static final Set<String> NAMES = Set.of(
            "forwarded",
            "via",
            "x-real-ip",
            "x-client-ip",
            "x-cluster-client-ip",
            "x-original-host",
            "x-original-forwarded-for",
            "true-client-ip",
            "cf-connecting-ip",
            "cdn-loop",
            "fastly-client-ip",
            "fly-client-ip",
            "akamai-origin-hop",
            "surrogate-capability",
            "front-end-https",
            "max-forwards",
            "proxy-client-ip",
            "wl-proxy-client-ip",
            "x-appengine-user-ip",
            "x-azure-clientip",
            "x-envoy-external-address",
            "x-host",
            "x-nginx-proxy",
            "x-original-url",
            "x-proxyuser-ip",
            "x-rewrite-url",
            "x-scheme",
            "x-varnish");
    private static final String PREFIX = "x-forwarded";

    private ForwardingHeader() {}

    /** The first of such headers, as the client spells it, which is what headers are made of. */
    static Optional<String> of(HttpHeaders headers) {
        return headers.names().stream()
                .filter(name -> {
                    // Gateways that make variables of headers take one for the other.
                    String lower = name.toLowerCase(Locale.ROOT).replace('_', '-');
                    return lower.startsWith(PREFIX) || NAMES.contains(lower);
                })
                .findFirst();
    }
}
