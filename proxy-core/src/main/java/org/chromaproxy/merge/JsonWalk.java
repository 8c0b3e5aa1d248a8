package org.chromaproxy.merge;

/**
 * Walks over JSON text without taking values out of it: so an embedding costs a look at each byte, not the parsing of its
 * numbers. Strict about whatever decides where a value ends (brackets, commas, colons, quotes); what is wrong inside a
 * number or a string is left to the server, which refuses the whole request then.
 */
final class JsonWalk {
    /** Not JSON, or nested too deeply. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        private Malformed() {
            super("not JSON", null, false, false);
        }
    }

    private static final int MAX_DEPTH = 64;
    private static final byte SPACE = 1;
    private static final byte NUMBER = 2;
    private static final byte[] KINDS = kinds();

    private final byte[] text;
    private int at;

    JsonWalk(byte[] text) {
        this.text = text;
    }

    private static byte[] kinds() {
        byte[] kinds = new byte[256];
        " \t\r\n".chars().forEach(c -> kinds[c] = SPACE);
        "0123456789+-.eE".chars().forEach(c -> kinds[c] = NUMBER);
        return kinds;
    }

    /** Index of the next byte. */
    int at() {
        return at;
    }

    /** The next byte that is not white space, which is not taken; 0 at the end. */
    byte peek() {
        while (at < text.length && KINDS[text[at] & 0xFF] == SPACE) {
            at++;
        }
        return at < text.length ? text[at] : 0;
    }

    /** Takes that byte, if it is the next behind white space. */
    boolean take(char wanted) {
        if (peek() != wanted) {
            return false;
        }
        at++;
        return true;
    }

    /** Takes that byte, which must be the next behind white space. */
    void expect(char wanted) throws Malformed {
        if (!take(wanted)) {
            throw new Malformed();
        }
    }

    boolean atEnd() {
        return peek() == 0 && at == text.length;
    }

    /** Passes a value of any kind. */
    void value() throws Malformed {
        value(0);
    }

    private void value(int depth) throws Malformed {
        if (depth > MAX_DEPTH) {
            throw new Malformed();
        }
        switch (peek()) {
            case '"' -> string();
            case '[' -> array(depth);
            case '{' -> object(depth);
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        }
    }

    private void array(int depth) throws Malformed {
        if (numbers()) {
            return;
        }
        expect('[');
        if (take(']')) {
            return;
        }
        do {
            value(depth + 1);
        } while (take(','));
        expect(']');
    }

    /** Passes an array of numbers only; false, with nothing passed, if it is another. */
    private boolean numbers() {
        boolean value = false;
        for (int i = at + 1; i < text.length; i++) {
            byte b = text[i];
            if (KINDS[b & 0xFF] == NUMBER) {
                value = true;
            } else if (b == ',' && value) {
                value = false;
            } else if (b == ']' && value) {
                at = i + 1;
                return true;
            } else if (KINDS[b & 0xFF] != SPACE) {
                return false;
            }
        }
        return false;
    }

    private void object(int depth) throws Malformed {
        expect('{');
        if (take('}')) {
            return;
        }
        do {
            string();
            expect(':');
            value(depth + 1);
        } while (take(','));
        expect('}');
    }

    /** Passes a string. */
    void string() throws Malformed {
        expect('"');
        while (at < text.length) {
            byte b = text[at++];
            if (b == '"') {
                return;
            }
            if (b == '\\') {
                at++;
            } else if (b >= 0 && b < ' ') {
                break;
            }
        }
        throw new Malformed();
    }

    private void word(String word) throws Malformed {
        for (int i = 0; i < word.length(); i++) {
            if (at == text.length || text[at++] != word.charAt(i)) {
                throw new Malformed();
            }
        }
    }

    private void number() throws Malformed {
        int start = at;
        while (at < text.length && KINDS[text[at] & 0xFF] == NUMBER) {
            at++;
        }
        if (at == start) {
            throw new Malformed();
        }
    }
}
