package org.chromaproxy.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The Python client's requests are imitated to the byte, as recorded from version 1.5.9. */
class RequestsTest {
    @SuppressWarnings("StringConcatToTextBlock") // The line ends are HTTP's.
    private static final String HEAD = "Host: 127.0.0.1\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate\r\n"
            + "Connection: keep-alive\r\nContent-Type: application/json\r\n"
            + "User-Agent: Chroma Python Client v1.5.9 (https://github.com/chroma-core/chroma)\r\nContent-Length: ";

    private static String next(RequestSource source) {
        ByteBuf request = source.next(UnpooledByteBufAllocator.DEFAULT);
        try {
            return request.toString(StandardCharsets.US_ASCII);
        } finally {
            request.release();
        }
    }

    @Test
    void anAddHasAllFiveKeysAndItsEmbeddingInBase64() throws IOException {
        RequestSource adds = Requests.adds(ClientForm.PYTHON, List.of("/c"));
        String[] first = next(adds).split("\r\n\r\n", 2);
        String[] second = next(adds).split("\r\n\r\n", 2);
        assertEquals("POST /c/add HTTP/1.1\r\n" + HEAD + first[1].length(), first[0]);
        JsonNode body = new ObjectMapper().readTree(first[1]);
        assertEquals(
                List.of("ids", "embeddings", "metadatas", "documents", "uris"),
                body.properties().stream().map(java.util.Map.Entry::getKey).toList());
        assertEquals("null", body.path("uris").toString());
        byte[] floats =
                Base64.getDecoder().decode(body.path("embeddings").path(0).asText());
        assertEquals(Requests.DIMENSION * Float.BYTES, floats.length);
        float value = ByteBuffer.wrap(floats).order(ByteOrder.LITTLE_ENDIAN).getFloat();
        assertEquals(0.73, value, 0.01);
        assertEquals(
                1,
                new ObjectMapper().readTree(second[1]).path("ids").path(0).asLong()
                        - body.path("ids").path(0).asLong());
    }

    @Test
    void aGetHasNullsForWhatIsNotAsked() {
        String body = "{\"ids\":[\"id-1\"],\"where\":null,\"limit\":null,\"offset\":null,\"where_document\":null,"
                + "\"include\":[\"documents\"]}";
        assertEquals(
                "POST /c/get HTTP/1.1\r\n" + HEAD + body.length() + "\r\n\r\n" + body,
                next(Requests.gets(ClientForm.PYTHON, "/c")));
    }
}
