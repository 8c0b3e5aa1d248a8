package org.chromaproxy.exchange.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Collections;
import java.util.List;
import org.chromaproxy.route.RouteKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreferencesTest {
    /** Unchecked, so that values can begin with blanks as parts of a list do. */
    private static boolean async(String... values) {
        HttpHeaders headers =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        headers.add(Preferences.PREFER, List.of(values));
        return Preferences.respondAsync(RouteKind.WRITE_ADD, headers);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "respond-async",
                "Respond-Async",
                " respond-async\t",
                "respond-async=\"\"",
                "respond-async;x=1",
                "wait=10, respond-async",
                "wait=10,, respond-async",
                "a=\"b,c\", respond-async",
                "a=\"\\\"\", respond-async",
                "a=\"\\\\\", respond-async",
                "a;b=\";\", respond-async ; c"
            })
    void itIsPreferred(String value) {
        assertTrue(async(value));
        assertTrue(async("wait=1", value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "respond",
                "respond-async2",
                "x=respond-async",
                "x;respond-async",
                "x=\"a, respond-async\"",
                "x=\"\\\", respond-async\"",
                "\"respond-async\"",
                "x=\"never ended, respond-async",
                "x=\"\\"
            })
    void itIsNot(String value) {
        assertFalse(async(value));
        assertTrue(async(value, "respond-async"));
    }

    /** A regular expression's repeated alternative took a frame of the stack for every character. */
    @ParameterizedTest
    @ValueSource(strings = {"a", "\\a", "\\\\", ",", " ", "\"\"", "\"a\",", "=", ";"})
    void aLongValueTakesNoStack(String part) {
        String text = part.repeat(100_000);
        assertFalse(async(text));
        assertFalse(async("\"" + text + "\""));
        assertFalse(async("x=\"" + text));
        assertTrue(async("respond-async, " + text));
    }

    @Test
    void onlySoManyAreRead() {
        String some = String.join(",", Collections.nCopies(Preferences.MAX_PREFERENCES - 1, "a"));
        assertTrue(async(some + ",respond-async"));
        assertFalse(async(some + ",a,respond-async"));
        assertFalse(async(some, "a", "respond-async"));
    }

    @ParameterizedTest
    @EnumSource
    void onlyWritesOfRecordsCanBeAnsweredEarly(RouteKind kind) {
        HttpHeaders headers = new DefaultHttpHeaders().add(Preferences.PREFER, Preferences.RESPOND_ASYNC);
        boolean records = List.of(
                        RouteKind.WRITE_ADD, RouteKind.WRITE_UPDATE, RouteKind.WRITE_UPSERT, RouteKind.WRITE_DELETE)
                .contains(kind);
        assertEquals(records, Preferences.respondAsync(kind, headers));
    }
}
