package org.chromaproxy.scan;

/**
 * Whether a write's body may give a record array-valued metadata: whether, below the members of its object, some member's value
 * is an array or an object. One pass over the bytes that knows strings and brackets only; of a body that is not well formed it
 * may say anything, since no server takes it.
 */
public final class ArrayMetadata {
    private ArrayMetadata() {}

    /** See the class. */
    public static boolean possible(byte[] body) {
        int depth = 0;
        // What came last outside of strings and blanks.
        byte last = 0;
        for (int i = 0; i < body.length; i++) {
            byte b = body[i];
            switch (b) {
                case '"' -> {
                    i = stringEnd(body, i);
                    last = b;
                }
                case '[', '{' -> {
                    // Chroma takes an array of the members' values, in their order, for the object.
                    if ((depth == 0 && b == '[') || (depth > 1 && last == ':')) {
                        return true;
                    }
                    depth++;
                    last = b;
                }
                case ']', '}' -> {
                    depth--;
                    last = b;
                }
                case ' ', '\n', '\r', '\t' -> {}
                default -> last = b;
            }
        }
        return false;
    }

    /** Index of the quote that ends the string which begins at {@code quote}, or of the body's end. */
    static int stringEnd(byte[] body, int quote) {
        for (int i = quote + 1; i < body.length; i++) {
            if (body[i] == '\\') {
                i++;
            } else if (body[i] == '"') {
                return i;
            }
        }
        return body.length;
    }
}
