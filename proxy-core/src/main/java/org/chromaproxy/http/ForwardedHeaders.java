package org.chromaproxy.http;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.Iterator;
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
    private static final DefaultHttpHeadersFactory UNCHECKED =
            DefaultHttpHeadersFactory.headersFactory().withValidation(false);

    private static final AsciiString FORWARDED_FOR = AsciiString.cached("x-forwarded-for");
    private static final AsciiString FORWARDED_PROTO = AsciiString.cached("x-forwarded-proto");
    private static final AsciiString FORWARDED_HOST = AsciiString.cached("x-forwarded-host");
    private static final String PROXY = "proxy-";

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
        copy(from, to, true);
        TraceContext.keepValid(to);
        to.set(HttpHeaderNames.HOST, instanceHost);
        String address = client.address();
        to.set(
                FORWARDED_FOR,
                from.contains(FORWARDED_FOR)
                        ? String.join(", ", from.getAll(FORWARDED_FOR)) + ", " + address
                        : address);
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
        copy(from, to, false);
    }

    /** A response's headers for the client: the same object where nothing has to stay behind, else a copy. */
    public static HttpHeaders response(HttpHeaders from) {
        Set<String> named = named(from);
        Iterator<Map.Entry<CharSequence, CharSequence>> entries = from.iteratorCharSequence();
        while (entries.hasNext()) {
            if (stays(entries.next().getKey(), false, named)) {
                HttpHeaders to = decoded();
                copy(from, to, false);
                return to;
            }
        }
        return from;
    }

    /** Empty headers for those that come from a decoder, which has checked names and values already. */
    public static HttpHeaders decoded() {
        return UNCHECKED.newHeaders();
    }

    private static void copy(HttpHeaders from, HttpHeaders to, boolean request) {
        Set<String> named = named(from);
        Iterator<Map.Entry<CharSequence, CharSequence>> entries = from.iteratorCharSequence();
        while (entries.hasNext()) {
            Map.Entry<CharSequence, CharSequence> entry = entries.next();
            if (stays(entry.getKey(), request, named)) {
                continue;
            }
            CharSequence value = request && is(entry.getKey(), "cookie")
                    ? SessionCookie.without(entry.getValue())
                    : entry.getValue();
            if (!value.isEmpty() || entry.getValue().isEmpty()) {
                to.add(entry.getKey(), value);
            }
        }
    }

    private static boolean stays(CharSequence name, boolean request, Set<String> named) {
        boolean own = switch (name.length()) {
            case 2 -> is(name, "te");
            case 4 -> request && is(name, "host");
            case 6 -> request && is(name, "expect");
            case 7 -> is(name, "trailer") || is(name, "upgrade");
            case 10 -> is(name, "connection") || is(name, "keep-alive");
            case 13 -> request && is(name, "authorization");
            case 14 -> is(name, "http2-settings") || (request && is(name, "x-chroma-token"));
            case 15 -> request && is(name, "x-forwarded-for");
            case 17 -> is(name, "transfer-encoding");
            case 22 -> request && SessionCookie.PROOF.contentEqualsIgnoreCase(name);
            default -> false;
        };
        return own
                || AsciiString.regionMatches(name, true, 0, PROXY, 0, PROXY.length())
                || (!named.isEmpty() && named.contains(name.toString().toLowerCase(Locale.ROOT)));
    }

    private static boolean is(CharSequence name, String text) {
        return AsciiString.contentEqualsIgnoreCase(name, text);
    }

    /** The headers that the Connection header takes back; the body's length is not for it to take. */
    private static Set<String> named(HttpHeaders from) {
        Iterator<? extends CharSequence> values = from.valueCharSequenceIterator(HttpHeaderNames.CONNECTION);
        if (!values.hasNext()) {
            return Set.of();
        }
        CharSequence first = values.next();
        if (!values.hasNext() && (is(first, "keep-alive") || is(first, "close"))) {
            return Set.of();
        }
        Set<String> names = new TreeSet<>();
        for (String value : from.getAll(HttpHeaderNames.CONNECTION)) {
            for (String name : value.split(",", -1)) {
                names.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        names.remove("content-length");
        return names;
    }
}
