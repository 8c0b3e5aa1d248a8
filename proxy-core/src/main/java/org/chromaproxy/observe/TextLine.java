package org.chromaproxy.observe;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** {@code name=value} pairs; a value that holds more than letters, digits and plain marks is put in quotes. */
final class TextLine implements Line {
    private static final long NANOS_PER_MICRO = 1_000;
    private static final String PLAIN = "-._~/:%+@,;!$&'()*[]";

    private final ByteArrayOutputStream to;
    private final StringBuilder line = new StringBuilder(256);

    TextLine(ByteArrayOutputStream to) {
        this.to = to;
    }

    private StringBuilder field(String name) {
        return (line.isEmpty() ? line : line.append(' ')).append(name).append('=');
    }

    @Override
    public void text(String name, String value) {
        field(name);
        if (!value.isEmpty() && value.chars().allMatch(TextLine::plain)) {
            line.append(value);
            return;
        }
        line.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (c < ' ' || c >= 0x7f) {
                line.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                line.append(c);
            }
        }
        line.append('"');
    }

    private static boolean plain(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || PLAIN.indexOf(c) >= 0;
    }

    @Override
    public void number(String name, long value) {
        field(name).append(value);
    }

    @Override
    public void millis(String name, long nanos) {
        long micros = nanos / NANOS_PER_MICRO;
        String decimals = Long.toString(1_000 + micros % 1_000);
        field(name).append(micros / 1_000).append('.').append(decimals, 1, decimals.length());
    }

    @Override
    public void end() {
        to.writeBytes(line.append('\n').toString().getBytes(StandardCharsets.US_ASCII));
    }
}
