package org.chromaproxy.scan;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Which records of a server's answer to {@code get} have array-valued metadata. Only ids are held: a page may have megabytes of metadata.
 *
 * @param ids of all records, in order
 * @param arrays by index, whether some member of that record's metadata is an array or an object
 */
public record ListedArrays(List<String> ids, BitSet arrays) {
    /**
     * Reads an answer.
     *
     * @throws IOException when it is no such answer
     */
    public static ListedArrays of(byte[] answer) throws IOException {
        List<String> ids = null;
        BitSet arrays = new BitSet();
        try (JsonParser parser = ClientJson.once().createParser(answer)) {
            expect(parser.nextToken() == JsonToken.START_OBJECT);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("ids")) {
                    expect(value == JsonToken.START_ARRAY);
                    ids = ids(parser);
                } else if (name.equals("metadatas") && value == JsonToken.START_ARRAY) {
                    arrays = arrays(parser);
                } else {
                    parser.skipChildren();
                }
            }
        }
        expect(ids != null);
        return new ListedArrays(ids == null ? List.of() : ids, arrays);
    }

    private static List<String> ids(JsonParser parser) throws IOException {
        List<String> ids = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken() == JsonToken.VALUE_STRING);
            ids.add(parser.getText());
        }
        return ids;
    }

    private static BitSet arrays(JsonParser parser) throws IOException {
        BitSet arrays = new BitSet();
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            if (parser.currentToken() == JsonToken.START_OBJECT) {
                arrays.set(i, hasStructured(parser));
            } else {
                expect(parser.currentToken() == JsonToken.VALUE_NULL);
            }
        }
        return arrays;
    }

    /** Whether a member of the object that has begun is an array or an object; reads it to its end. */
    private static boolean hasStructured(JsonParser parser) throws IOException {
        boolean found = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            found |= parser.nextToken().isStructStart();
            parser.skipChildren();
        }
        return found;
    }

    private static void expect(boolean so) throws IOException {
        if (!so) {
            throw new IOException("it is no answer to get");
        }
    }
}
