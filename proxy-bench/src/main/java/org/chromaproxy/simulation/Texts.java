package org.chromaproxy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.StringJoiner;

/** JSON as text, as {@link JsonNode#toString} gives it, without a writer for what is short and plain. */
final class Texts {
    private Texts() {}

    static String of(JsonNode node) {
        if (node.isArray()) {
            StringJoiner all = new StringJoiner(",", "[", "]");
            node.forEach(each -> all.add(of(each)));
            return all.toString();
        }
        boolean plain = node.isInt() || (node.isTextual() && isPlain(node.textValue()));
        if (!plain) {
            return node.toString();
        }
        return node.isInt() ? node.asText() : "\"" + node.textValue() + "\"";
    }

    /** Letters, digits and a few signs: nothing that JSON escapes. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }
}
