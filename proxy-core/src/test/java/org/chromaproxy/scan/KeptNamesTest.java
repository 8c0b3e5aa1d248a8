package org.chromaproxy.scan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.chromaproxy.capability.Needs;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.OpKind;
import org.junit.jupiter.api.Test;

/** Field names are the clients', as long and as many as they like: none outlives the reading of its body. */
class KeptNamesTest {
    private static final int NAME_BYTES = (1 << 20) - 1;

    private static byte[] body(int n) {
        String name = (n + "-" + "n".repeat(NAME_BYTES)).substring(0, NAME_BYTES);
        return ("{\"name\":\"a\",\"metadata\":{\"" + name + "\":1},\"" + name + "\":[{\"" + name + "x\":1}]}")
                .getBytes(UTF_8);
    }

    private static void read(byte[] body) {
        for (int pieces : new int[] {body.length, 1000}) {
            try (DeleteScan scan = new DeleteScan()) {
                for (int at = 0; at < body.length; at += pieces) {
                    scan.feed(body, at, Math.min(pieces, body.length - at));
                }
            }
        }
        CreateScan.of(body);
        CollectionJson.head(body);
        CollectionSettings.of(body);
        Needs.of(OpKind.ADD, body);
        assertEquals("a", tree(body).path("name").asText());
        UpstreamResponse answer =
                new UpstreamResponse(200, new DefaultHttpHeaders().set("content-type", "application/json"), body);
        assertEquals("a", answer.tree().path("name").asText());
    }

    private static JsonNode tree(byte[] body) {
        try {
            return ClientJson.tree(body);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The names that the factories of these classes keep, those of their mappers among them. */
    private static int kept(Class<?>... readers) throws ReflectiveOperationException {
        int names = 0;
        for (Class<?> reader : readers) {
            for (Field field : Stream.of(reader.getDeclaredFields())
                    .filter(each -> Modifier.isStatic(each.getModifiers())
                            && (each.getType() == JsonFactory.class || each.getType() == ObjectMapper.class))
                    .toList()) {
                field.setAccessible(true);
                Field table = JsonFactory.class.getDeclaredField("_byteSymbolCanonicalizer");
                table.setAccessible(true);
                Object canonicalizer = table.get(
                        field.get(null) instanceof ObjectMapper mapper ? mapper.getFactory() : field.get(null));
                names += (int) canonicalizer.getClass().getMethod("size").invoke(canonicalizer);
            }
        }
        return names;
    }

    @Test
    void noBodyLeavesANameBehind() throws ReflectiveOperationException {
        for (int n = 0; n < 20; n++) {
            read(body(n));
        }
        assertEquals(
                0,
                kept(
                        ClientJson.class,
                        BodyScan.class,
                        CollectionJson.class,
                        CollectionSettings.class,
                        Needs.class,
                        UpstreamResponse.class));
    }

    /** Two readings of one name have nothing in common. */
    @Test
    void noReadingKnowsTheNamesOfAnother() throws IOException {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            try (JsonParser parser = ClientJson.once().createParser("{\"name-of-a-client\":1}".getBytes(UTF_8))) {
                while (parser.nextToken() != null) {
                    if (parser.currentToken() == JsonToken.FIELD_NAME) {
                        names.add(parser.currentName());
                    }
                }
            }
        }
        assertEquals(names.get(0), names.get(1));
        assertNotSame(names.get(0), names.get(1));
    }
}
