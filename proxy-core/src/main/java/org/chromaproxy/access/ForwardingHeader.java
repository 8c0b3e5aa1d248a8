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
            "fastly-client-ip");
    private static final String PREFIX = "x-forwarded";

    private ForwardingHeader() {}

    /** The first of such headers, as the client spells it, which is what headers are made of. */
    static Optional<String> of(HttpHeaders headers) {
        return headers.names().stream()
                .filter(name -> {
                    String lower = name.toLowerCase(Locale.ROOT);
                    return lower.startsWith(PREFIX) || NAMES.contains(lower);
                })
                .findFirst();
    }
}
