package org.chromaproxy.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Copies headers from one side to the other. What concerns a single connection stays behind (RFC 9110, section 7.6.1); the
 * receiving side states its own transfer coding. A client's credentials are for the proxy, and stay with it too; a trace
 * context that is malformed goes no further.
 */
public final class ForwardedHeaders {
    private static final AsciiString FORWARDED_FOR = AsciiString.cached("x-forwarded-for");
    private static final AsciiString FORWARDED_PROTO = AsciiString.cached("x-forwarded-proto");
    private static final AsciiString FORWARDED_HOST = AsciiString.cached("x-forwarded-host");
    private static final Set<String> HOP_BY_HOP =
            Set.of("connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings");
    private static final Set<String> REPLACED =
            Set.of("expect", "host", "x-forwarded-for", "authorization", "x-chroma-token");

    private ForwardedHeaders() {}

    /**
     * The client as the instance is to be told of it.
     *
     * @param address its IP address
     * @param tls whether it spoke TLS to the proxy
     */
    public record Client(String address, boolean tls) {}

    /**
     * Copies a request's headers.
     *
     * @param instanceHost host and port of the instance, for the Host header
     * @param to receives the headers; those it has of the same names are kept beside them
     */
    public static void request(HttpHeaders from, Client client, String instanceHost, HttpHeaders to) {
        copy(from, to, REPLACED);
        TraceContext.keepValid(to);
        to.set(HttpHeaderNames.HOST, instanceHost);
        List<String> path = from.getAll(FORWARDED_FOR);
        to.set(FORWARDED_FOR, path.isEmpty() ? client.address() : String.join(", ", path) + ", " + client.address());
        if (!to.contains(FORWARDED_PROTO)) {
            to.set(FORWARDED_PROTO, client.tls() ? "https" : "http");
        }
        String host = from.get(HttpHeaderNames.HOST, "");
        if (!to.contains(FORWARDED_HOST) && !host.isEmpty()) {
            to.set(FORWARDED_HOST, host);
        }
    }

    /** Copies a response's headers. */
    public static void response(HttpHeaders from, HttpHeaders to) {
        copy(from, to, Set.of());
    }

    private static void copy(HttpHeaders from, HttpHeaders to, Set<String> replaced) {
        Set<String> named = named(from);
        Iterator<Map.Entry<CharSequence, CharSequence>> entries = from.iteratorCharSequence();
        while (entries.hasNext()) {
            Map.Entry<CharSequence, CharSequence> entry = entries.next();
            String name = entry.getKey().toString().toLowerCase(Locale.ROOT);
            boolean dropped = HOP_BY_HOP.contains(name)
                    || replaced.contains(name)
                    || name.startsWith("proxy-")
                    || named.contains(name);
            if (!dropped) {
                to.add(entry.getKey(), entry.getValue());
            }
        }
    }

    /** The headers that the Connection header takes back; the body's length is not for it to take. */
    private static Set<String> named(HttpHeaders from) {
        List<String> values = from.getAll(HttpHeaderNames.CONNECTION);
        if (values.isEmpty()) {
            return Set.of();
        }
        Set<String> names = new TreeSet<>();
        for (String value : values) {
            for (String name : value.split(",", -1)) {
                names.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        names.remove("content-length");
        return names;
    }
}
