package org.chromaproxy.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadRulesTest {
    private static HttpRequest request(HttpVersion version, String uri) {
        HttpRequest request = new DefaultHttpRequest(
                version,
                HttpMethod.POST,
                uri,
                DefaultHttpHeadersFactory.headersFactory().withValidation(false));
        request.headers().set("host", "proxy:8000");
        return request;
    }

    private static HttpRequest request(String uri) {
        return request(HttpVersion.HTTP_1_1, uri);
    }

    private static Optional<ProxyError> refusal(HttpRequest request) {
        return HeadRules.check(request).map(HeadRules.Refusal::error);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+1", "1, 1", "", "0x1", "1234567890123456"})
    void aLengthIsOneDecimalNumber(String length) {
        HttpRequest request = request("/");
        request.headers().set("content-length", length);

        assertEquals(Optional.of(ProxyError.FRAMING), refusal(request));
    }

    @Test
    void whatAnotherParserMightTakeForAnotherLengthIsRefused() {
        HttpRequest twice = request("/");
        twice.headers().add("content-length", "1").add("content-length", "1");
        HttpRequest both = request("/");
        both.headers().set("content-length", "1").set("transfer-encoding", "chunked");
        HttpRequest old = request(HttpVersion.HTTP_1_0, "/");
        old.headers().set("transfer-encoding", "chunked");
        HttpRequest folded = request("/");
        folded.headers().set("a", "b Content-Length : 7");

        assertEquals(Optional.of(ProxyError.FRAMING), refusal(twice));
        assertEquals(Optional.of(ProxyError.FRAMING), refusal(both));
        assertEquals(Optional.of(ProxyError.FRAMING), refusal(old));
        assertEquals(Optional.of(ProxyError.FRAMING), refusal(folded));
    }

    @ParameterizedTest
    @CsvSource({"http://Proxy:8000/a?b, /a?b", "HTTPS://proxy:8000, /", "/\u00e4, /%e4", "*, *"})
    void aTargetIsBroughtIntoOriginForm(String target, String origin) {
        HttpRequest request = request(target);

        assertEquals(Optional.empty(), refusal(request));
        assertEquals(origin, request.uri());
    }

    @Test
    void aTargetThatDisagreesWithTheHostIsRefused() {
        assertEquals(Optional.of(ProxyError.BAD_REQUEST), refusal(request("http://another/a")));
        assertEquals(Optional.of(ProxyError.BAD_REQUEST), refusal(request("/a\u0001")));
        HttpRequest two = request("/");
        two.headers().add("host", "proxy:8000");
        assertEquals(Optional.of(ProxyError.BAD_REQUEST), refusal(two));
    }

    @Test
    void blanksAroundValuesAreNoPartOfThem() {
        HttpRequest request = request("/");
        request.headers().set("a", "\t b c ");
        HeadRules.trim(request.headers());

        assertEquals("b c", request.headers().get("a"));
    }

    @Test
    void whatTheDecoderCouldNotReadIsNamed() {
        assertEquals(ProxyError.URI_TOO_LONG, undecodable(new TooLongHttpLineException()));
        assertEquals(ProxyError.HEADERS_TOO_LARGE, undecodable(new TooLongHttpHeaderException()));
        assertEquals(ProxyError.OUT_OF_HEAD_MEMORY, undecodable(new HeadCharge.Exhausted()));
        assertEquals(ProxyError.BAD_REQUEST, undecodable(new IllegalArgumentException()));
    }

    private static ProxyError undecodable(Throwable cause) {
        return HeadRules.undecodable(DecoderResult.failure(cause)).error();
    }
}
