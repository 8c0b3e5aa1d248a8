package org.chromaproxy.scan;

/**
 * How large a regular expression becomes where it is executed: its character classes, and whatever is repeated, each as often as
 * the counted repetitions around it say. Literal text that is not repeated counts nothing. A class of more than ASCII counts
 * twice, since it is many ranges of bytes. What a server needs for a text grows with that number times the text's length once it
 * exceeds some hundreds. Pure; whether the expression is well formed is for the server to say.
 */
final class RegexSize {
    /** Stands for a size that is not counted to its end. */
    static final int BEYOND = 1_000_000;
    /** Groups in each other; a server permits 250. */
    static final int NESTING = 32;

    private static final int ASCII = 0x7f;
    private static final String CLASSES = "wWdDsSpPX";

    private final CharSequence regex;
    private int at;
    private int depth;
    /** By depth: what is not repeated, and what counts, without the latest atom. */
    private final long[] plain = new long[NESTING + 1];

    private final long[] counted = new long[NESTING + 1];
    private long atomPlain;
    private long atomCounted;
    private boolean beyond;

    private RegexSize(CharSequence regex) {
        this.regex = regex;
    }

    /** The size; {@link #BEYOND} at most, and for an expression in verbose mode or with too many groups in each other. */
    static int of(CharSequence regex) {
        return new RegexSize(regex).size();
    }

    private int size() {
        while (at < regex.length() && !beyond) {
            char next = regex.charAt(at++);
            switch (next) {
                case '\\' -> escape();
                case '[' -> atom(0, bracketed());
                case '.' -> atom(0, 1);
                case '(' -> open();
                case ')' -> close();
                case '|' -> atom(0, 0);
                case '*', '+', '?' -> repeat(1);
                case '{' -> counted();
                default -> atom(1, 0);
            }
        }
        while (depth > 0) {
            close();
        }
        atom(0, 0);
        return beyond ? BEYOND : (int) Math.min(BEYOND, counted[0]);
    }

    private void atom(long ofPlain, long ofCounted) {
        plain[depth] = Math.min(BEYOND, plain[depth] + atomPlain);
        counted[depth] = Math.min(BEYOND, counted[depth] + atomCounted);
        atomPlain = ofPlain;
        atomCounted = ofCounted;
    }

    private void repeat(long times) {
        atomCounted = Math.min(BEYOND, (atomPlain + atomCounted) * times);
        atomPlain = 0;
    }

    private void counted() {
        int end = at;
        long times = 0;
        long number = 0;
        boolean digits = false;
        boolean open = false;
        while (end < regex.length() && regex.charAt(end) != '}') {
            char next = regex.charAt(end++);
            if (next >= '0' && next <= '9') {
                number = Math.min(BEYOND, number * 10 + next - '0');
                digits = true;
                open = false;
            } else if (next == ',') {
                times = Math.max(times, number);
                number = 0;
                open = true;
            } else if (next != ' ') {
                digits = false;
                break;
            }
        }
        if (!digits || end >= regex.length()) {
            atom(1, 0);
            return;
        }
        at = end + 1;
        repeat(Math.max(1, Math.max(times, number) + (open ? 1 : 0)));
    }

    private void escape() {
        char what = at < regex.length() ? regex.charAt(at++) : '\\';
        if (CLASSES.indexOf(what) >= 0) {
            if (what == 'p' || what == 'P') {
                name();
            }
            atom(0, 2);
            return;
        }
        if ("xuUb".indexOf(what) >= 0 && at < regex.length() && regex.charAt(at) == '{' && !digitFollows(what)) {
            name();
        }
        atom(1, 0);
    }

    /** Whether a repetition follows a word boundary, rather than more of its name. */
    private boolean digitFollows(char what) {
        return what == 'b' && at + 1 < regex.length() && Character.isDigit(regex.charAt(at + 1));
    }

    /** Passes over one letter, or what is in braces. */
    private void name() {
        boolean braces = at < regex.length() && regex.charAt(at++) == '{';
        while (braces && at < regex.length() && regex.charAt(at++) != '}') {}
    }

    private void open() {
        int before = at;
        if (at < regex.length() && regex.charAt(at) == '?') {
            boolean flags = false;
            while (at < regex.length() && ":>)".indexOf(regex.charAt(at)) < 0) {
                flags |= regex.charAt(at) == '<';
                beyond |= regex.charAt(at++) == 'x' && !flags;
            }
            if (at < regex.length() && regex.charAt(at++) == ')' && at > before) {
                return;
            }
        }
        atom(0, 0);
        if (depth == NESTING) {
            beyond = true;
            return;
        }
        depth++;
        plain[depth] = 0;
        counted[depth] = 0;
    }

    private void close() {
        atom(0, 0);
        if (depth > 0) {
            atomPlain = plain[depth];
            atomCounted = counted[depth];
            depth--;
        }
    }

    /** Passes over the rest of a class in brackets; 2 if it has more than ASCII. */
    private int bracketed() {
        int open = 1;
        boolean wide = begin();
        while (at < regex.length() && open > 0) {
            char next = regex.charAt(at++);
            if (next == '[') {
                open++;
                wide |= begin();
            } else if (next == ']') {
                open--;
            } else if (next == '\\' && at < regex.length()) {
                char what = regex.charAt(at++);
                wide |= CLASSES.indexOf(what) >= 0 || "xuU".indexOf(what) >= 0;
            } else {
                wide |= next > ASCII;
            }
        }
        return wide ? 2 : 1;
    }

    /** What may follow a bracket: whether the class is negated, and a bracket that does not end it. */
    private boolean begin() {
        boolean named = at < regex.length() && regex.charAt(at) == ':';
        at += named ? 1 : 0;
        boolean negated = at < regex.length() && regex.charAt(at) == '^';
        at += negated ? 1 : 0;
        if (!named && at < regex.length() && regex.charAt(at) == ']') {
            at++;
        }
        return negated;
    }
}
