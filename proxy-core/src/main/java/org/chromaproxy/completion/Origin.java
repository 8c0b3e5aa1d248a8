package org.chromaproxy.completion;

import org.chromaproxy.http.ForwardedHeaders.Client;
import org.chromaproxy.http.TraceContext;

/**
 * What a request said of itself, cut to bounded lengths.
 *
 * @param method as sent; empty if there was none that could be read
 * @param path without the query, which may hold secrets
 * @param route kind of route, in lower case
 */
public record Origin(Client client, String method, String path, String route, TraceContext parent) {
    private static final int LONGEST_METHOD = 32;
    private static final int LONGEST_PATH = 512;

    static Origin of(Client client, String method, String uri, String route, CharSequence traceparent) {
        int end = uri.length();
        for (int i = 0; i < end; i++) {
            char c = uri.charAt(i);
            if (c == '?' || c == '#') {
                end = i;
            }
        }
        String path = end <= LONGEST_PATH ? uri.substring(0, end) : uri.substring(0, LONGEST_PATH) + "...";
        String verb = method.length() <= LONGEST_METHOD ? method : method.substring(0, LONGEST_METHOD) + "...";
        return new Origin(client, verb, path, route, TraceContext.of(traceparent));
    }
}
