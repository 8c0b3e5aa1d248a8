package org.chromaproxy.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Keeps a request to an instance within the number of header fields that servers take. The proxy adds some to those of the
 * client, which may have used up the number: then what nobody needs is left out, the proxy's own first.
 */
final class HeaderCount {
    /** In the order in which they are left out. */
    private static final List<String> OPTIONAL = List.of(
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-forwarded-for",
            "tracestate",
            "traceparent",
            "user-agent",
            "accept",
            "accept-language");

    /** What an instance may need to understand the request, and to accept it. */
    private static final Set<String> NEEDED = Set.of(
            "host",
            "content-length",
            "content-type",
            "transfer-encoding",
            "accept-encoding",
            "authorization",
            "x-chroma-token");

    private HeaderCount() {}

    /** Leaves out what is beyond {@code most}. */
    static void bound(HttpHeaders headers, int most) {
        if (headers.size() <= most) {
            return;
        }
        for (String name : OPTIONAL) {
            headers.remove(name);
            if (headers.size() <= most) {
                return;
            }
        }
        List<Map.Entry<String, String>> kept = new ArrayList<>();
        int spare = headers.size() - most;
        for (Map.Entry<String, String> header : headers.entries().reversed()) {
            if (spare > 0 && !NEEDED.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                spare--;
            } else {
                kept.addFirst(header);
            }
        }
        headers.clear();
        kept.forEach(header -> headers.add(header.getKey(), header.getValue()));
    }
}
