package org.chromaproxy.merge;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Puts record writes of one kind together: array behind array, nulls where one write lacks what another has. */
public final class Splice {
    static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
    static final byte[] COMMA_NULL = ",null".getBytes(StandardCharsets.US_ASCII);

    private Splice() {}

    /** One body with all their records, in their order. Numbers and texts are copied as they are. */
    public static byte[] of(List<RecordArrays> parts) {
        int bytes = parts.stream().mapToInt(RecordArrays::bytes).sum();
        ByteArrayOutputStream body = new ByteArrayOutputStream(bytes + 64 * parts.size());
        char before = '{';
        for (RecordArrays.Key key : RecordArrays.Key.values()) {
            if (parts.stream().anyMatch(part -> part.has(key))) {
                body.writeBytes((before + "\"" + key.text + "\":[").getBytes(StandardCharsets.US_ASCII));
                for (int i = 0; i < parts.size(); i++) {
                    if (i > 0) {
                        body.write(',');
                    }
                    parts.get(i).write(key, body);
                }
                body.write(']');
                before = ',';
            }
        }
        body.write('}');
        return body.toByteArray();
    }
}
