package org.chromaproxy.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Writes the little JSON that the data path itself answers. */
public final class Json {
    private static final JsonStringEncoder ENCODER = JsonStringEncoder.getInstance();

    private Json() {}

    /** Chroma's error object. */
    public static byte[] error(String name, String message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(64 + message.length());
        out.writeBytes(ascii("{\"error\":\""));
        out.writeBytes(ENCODER.quoteAsUTF8(name));
        out.writeBytes(ascii("\",\"message\":\""));
        out.writeBytes(ENCODER.quoteAsUTF8(message));
        out.writeBytes(ascii("\"}"));
        return out.toByteArray();
    }

    /**
     * Chroma's answer to who asks.
     *
     * @param tenants those that are open to it; several are told as {@code *}, which clients do not choose by themselves
     */
    public static String identity(String user, Set<String> tenants) {
        String tenant = tenants.size() == 1 ? tenants.iterator().next() : "*";
        return "{\"user_id\":\"" + quoted(user) + "\",\"tenant\":\"" + quoted(tenant) + "\",\"databases\":[\"*\"]}";
    }

    /** The inside of a JSON string. */
    public static String quoted(String text) {
        return new String(ENCODER.quoteAsString(text));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
