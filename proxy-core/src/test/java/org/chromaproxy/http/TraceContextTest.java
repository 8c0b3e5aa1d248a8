package org.chromaproxy.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The examples and rules of W3C's Trace Context. */
class TraceContextTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00f067aa0ba902b7";
    private static final String RIGHT = "00-" + TRACE + "-" + PARENT + "-01";

    private static HttpHeaders unchecked() {
        return DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    }

    @Test
    void aRightOneIsRead() {
        assertEquals(new TraceContext(TRACE, PARENT, true), TraceContext.of(RIGHT));
        assertFalse(TraceContext.of(RIGHT.replace("-01", "-00")).sampled());
        assertTrue(TraceContext.of(RIGHT.replace("-01", "-03")).sampled());
        // What a later version adds behind is not for us to judge.
        assertTrue(TraceContext.of(RIGHT.replace("00-4", "cc-4") + "-what-the-future-will-be")
                .present());
    }

    @Test
    void malformedOnesArePassedOnByNobody() {
        for (String wrong : List.of(
                "",
                "00",
                RIGHT.substring(1),
                RIGHT + "-",
                RIGHT + "0",
                RIGHT.replace("00-4", "ff-4"),
                RIGHT.replace("00-4", "0x-4"),
                RIGHT.replace("4bf", "4BF"),
                RIGHT.replace("4bf", "4bg"),
                RIGHT.replace(TRACE, "0".repeat(32)),
                RIGHT.replace(PARENT, "0".repeat(16)),
                RIGHT.replace(TRACE + "-", TRACE + "_"),
                RIGHT.replace("-01", "_01"),
                RIGHT.replace("-01", "-0g"),
                RIGHT.replace("00-4", "cc-4") + ".x",
                " " + RIGHT)) {
            assertFalse(TraceContext.valid(wrong), wrong);
            HttpHeaders headers = unchecked();
            headers.set("traceparent", wrong).set("tracestate", "a=1");
            TraceContext.keepValid(headers);
            assertTrue(headers.isEmpty(), wrong);
        }
    }

    @Test
    void severalAreAsGoodAsNone() {
        HttpHeaders headers = new DefaultHttpHeaders();
        headers.add("traceparent", RIGHT).add("traceparent", RIGHT).add("tracestate", "a=1");
        TraceContext.keepValid(headers);
        assertTrue(headers.isEmpty());
    }

    @Test
    void aStateIsKeptWithItsParentOnlyAndOnlyWhenItIsRight() {
        for (String state :
                List.of("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "a@b=1", "0a=:;<>?/ x", "", " , a=1 ,,b=2")) {
            HttpHeaders headers = unchecked();
            headers.set("traceparent", RIGHT).set("tracestate", state);
            TraceContext.keepValid(headers);
            assertEquals(state.strip(), headers.get("tracestate").strip());
        }
        for (String state :
                List.of("a", "A=1", "a=1=2", "=1", "a=", "a=\u00e9", "a=1,".repeat(40), "a".repeat(300) + "=1")) {
            HttpHeaders headers = unchecked();
            headers.set("traceparent", RIGHT).set("tracestate", state);
            TraceContext.keepValid(headers);
            assertEquals(RIGHT, headers.get("traceparent"));
            assertFalse(headers.contains("tracestate"), state);
        }
        HttpHeaders alone = new DefaultHttpHeaders().set("tracestate", "a=1");
        TraceContext.keepValid(alone);
        assertTrue(alone.isEmpty());
    }
}
