package org.chromaproxy.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is left out of a request that has too many header fields, and in which order. */
class HeaderCountTest {
    private static HttpHeaders headers(List<String> names) {
        HttpHeaders headers = new DefaultHttpHeaders();
        names.forEach(name -> headers.add(name, "v"));
        return headers;
    }

    private static List<String> bounded(List<String> names, int most) {
        HttpHeaders headers = headers(names);
        HeaderCount.bound(headers, most);
        return headers.entries().stream().map(Map.Entry::getKey).toList();
    }

    @Test
    void whatTheProxyAddsGoesFirstAndOnlyAsFarAsIsNeeded() {
        List<String> names = List.of("x-a", "host", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host");
        assertEquals(names, bounded(names, 5));
        assertEquals(names.subList(0, 4), bounded(names, 4));
        assertEquals(List.of("x-a", "host"), bounded(names, 2));
    }

    @Test
    void thenTheLastOfTheClientsAndNeverWhatTheServerNeeds() {
        List<String> names = List.of("x-a", "Host", "x-b", "Content-Length", "x-c", "x-c", "authorization");
        assertEquals(List.of("x-a", "Host", "x-b", "Content-Length", "authorization"), bounded(names, 5));
        assertEquals(List.of("Host", "Content-Length", "authorization"), bounded(names, 1));
    }

    @Test
    void aHundredOfAHundredStay() {
        List<String> names = IntStream.range(0, 100).mapToObj(i -> "x-" + i).toList();
        assertEquals(names, bounded(names, 100));
    }
}
