package org.chromaproxy.upstream;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/**
 * Undoes the content coding of an answer. Chroma encodes nothing and is asked for nothing encoded; what stands in front of
 * it may encode all the same. Stateless.
 */
public final class ContentCoding {
    private static final int PIECE = 8 << 10;

    private ContentCoding() {}

    /** Whether the body is encoded. */
    public static boolean encoded(HttpHeaders headers) {
        String coding = headers.get(HttpHeaderNames.CONTENT_ENCODING, "");
        return !coding.isBlank() && !HttpHeaderValues.IDENTITY.contentEqualsIgnoreCase(coding.strip());
    }

    /** Decodes the body; empty if the coding is not known here, the body is not of it, or longer than {@code limit} bytes. */
    public static Optional<byte[]> decode(HttpHeaders headers, byte[] body, int limit) {
        String coding =
                headers.get(HttpHeaderNames.CONTENT_ENCODING, "").strip().toLowerCase(Locale.ROOT);
        try (InputStream plain = open(coding, new ByteArrayInputStream(body))) {
            ByteArrayOutputStream decoded = new ByteArrayOutputStream(Math.max(PIECE, body.length));
            byte[] piece = new byte[PIECE];
            for (int read = plain.read(piece); read >= 0; read = plain.read(piece)) {
                decoded.write(piece, 0, read);
                if (decoded.size() > limit) {
                    return Optional.empty();
                }
            }
            return Optional.of(decoded.toByteArray());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static InputStream open(String coding, InputStream encoded) throws IOException {
        return switch (coding) {
            case "gzip", "x-gzip" -> new GZIPInputStream(encoded);
            case "deflate" -> new InflaterInputStream(encoded);
            default -> throw new IOException("unknown content coding " + coding);
        };
    }
}
