package org.chromaproxy.upstream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class ContentCodingTest {
    private static final byte[] PLAIN = "{\"a\":1}".repeat(5_000).getBytes(StandardCharsets.UTF_8);

    private interface Coding {
        OutputStream into(OutputStream out) throws IOException;
    }

    private static byte[] encoded(Coding coding) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = coding.into(bytes)) {
            out.write(PLAIN);
        }
        return bytes.toByteArray();
    }

    private static HttpHeaders headers(String coding) {
        return new DefaultHttpHeaders().set(HttpHeaderNames.CONTENT_ENCODING, coding);
    }

    @Test
    void aBodyIsEncodedUnlessItsCodingIsIdentity() {
        assertTrue(ContentCoding.encoded(headers("br")));
        assertFalse(ContentCoding.encoded(headers("Identity")));
        assertFalse(ContentCoding.encoded(headers("")));
        assertFalse(ContentCoding.encoded(new DefaultHttpHeaders()));
    }

    @Test
    void gzipAndDeflateAreUndone() throws IOException {
        assertArrayEquals(
                PLAIN,
                ContentCoding.decode(headers("GZIP "), encoded(GZIPOutputStream::new), PLAIN.length)
                        .orElseThrow());
        assertArrayEquals(
                PLAIN,
                ContentCoding.decode(headers("deflate"), encoded(DeflaterOutputStream::new), PLAIN.length)
                        .orElseThrow());
    }

    @Test
    void whatIsLongerThanPermittedOrNotOfItsCodingIsNotDecoded() throws IOException {
        byte[] gzip = encoded(GZIPOutputStream::new);

        assertEquals(Optional.empty(), ContentCoding.decode(headers("gzip"), gzip, PLAIN.length - 1));
        assertEquals(Optional.empty(), ContentCoding.decode(headers("gzip"), PLAIN, PLAIN.length));
        assertEquals(Optional.empty(), ContentCoding.decode(headers("br"), gzip, PLAIN.length));
    }
}
