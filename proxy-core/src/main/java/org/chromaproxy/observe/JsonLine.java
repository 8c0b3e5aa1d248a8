package org.chromaproxy.observe;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** A JSON object on a line of its own. */
final class JsonLine implements Line {
    private static final long NANOS_PER_MICRO = 1_000;
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final CharacterEscapes ESCAPES = new DeleteToo();

    /** JSON permits the one control character above the space. */
    private static final class DeleteToo extends CharacterEscapes {
        private static final long serialVersionUID = 1L;

        @Override
        public int[] getEscapeCodesForAscii() {
            int[] codes = standardAsciiEscapesForJSON();
            codes[0x7f] = ESCAPE_STANDARD;
            return codes;
        }

        @Override
        public @Nullable SerializableString getEscapeSequence(int ch) {
            return null;
        }
    }

    private final ByteArrayOutputStream to;
    private final JsonGenerator json;

    JsonLine(ByteArrayOutputStream to) throws IOException {
        this.to = to;
        json = JSON.createGenerator(to);
        json.setCharacterEscapes(ESCAPES);
        json.writeStartObject();
    }

    @Override
    public void text(String name, String value) throws IOException {
        json.writeStringField(name, value);
    }

    @Override
    public void number(String name, long value) throws IOException {
        json.writeNumberField(name, value);
    }

    @Override
    public void millis(String name, long nanos) throws IOException {
        json.writeNumberField(name, BigDecimal.valueOf(nanos / NANOS_PER_MICRO, 3));
    }

    @Override
    public void end() throws IOException {
        json.writeEndObject();
        json.close();
        to.write('\n');
    }
}
