package org.chromaproxy.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TrailersTest {
    private final Trailers trailers = new Trailers(DefaultHttpHeadersFactory.trailersFactory());
    private final LastHttpContent last = new DefaultLastHttpContent();

    /** Whether a request fails whose decoder asks for trailers, and then reads these lines. */
    private boolean fails(boolean chunked, String lines) {
        trailers.head(chunked);
        trailers.newHeaders();
        ByteBuf read = Unpooled.copiedBuffer(lines, StandardCharsets.ISO_8859_1);
        read.readerIndex(read.writerIndex());
        trailers.read(read, 0);
        return trailers.end(last);
    }

    @Test
    void aBareCarriageReturnOrAnotherControlCharacterFailsTheRequest() {
        assertTrue(fails(true, "te: a\rcontent-length: 1\r\n\r\n"));
        assertTrue(last.decoderResult().isFailure());
        assertTrue(fails(true, "a: \u0001\r\n"));
        assertTrue(fails(true, "a: \u007f\n"));
    }

    @Test
    void linesThatEndAsTheyMayAreSoundAndSoIsTheNextRequest() {
        assertFalse(fails(true, "a:\tb\r\nc: \u00e4\n\r\n"));
        assertTrue(fails(true, "a: \0\r\n"));
        assertFalse(fails(true, "a: b\r\n"));
    }

    @Test
    void aBodyThatIsCountedHasNone() {
        assertFalse(fails(false, "a: \0\r\n"));
        assertFalse(last.decoderResult().isFailure());
    }
}
