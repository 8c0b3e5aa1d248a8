package org.chromaproxy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Fuzz target: the headers that present a secret, a line each; a line that begins with {@code #} is one of
 * {@code X-Chroma-Token}, any other one of {@code Authorization}. What is read is what a reader of RFC 6750 and RFC 7617
 * that decodes Base64 by itself sees; two different secrets are none; whatever surrounds a known secret, it is let in only
 * where that is what the reader saw.
 */
public final class CredentialsTarget {
    private static final String SECRET = "cp_the-secret-of-the-only-token";
    private static final Tokens TOKENS =
            new Tokens(List.of(new Token(new Principal("only", Role.ADMIN, Set.of()), Token.hash(SECRET))));
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private CredentialsTarget() {}

    /** For Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        HttpHeaders headers =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        List<String> secrets = new ArrayList<>();
        int bare = 0;
        for (String line : text.split("\n", -1)) {
            boolean chroma = line.startsWith("#");
            String value = chroma ? line.substring(1) : line;
            headers.add(chroma ? "X-Chroma-Token" : "authorization", value);
            bare += chroma ? 1 : 0;
            secrets.add(chroma ? value : expected(value));
        }
        Optional<Credentials.Presented> presented = Credentials.of(headers);
        boolean one = secrets.size() == 1 || (secrets.size() == 2 && bare == 1 && new TreeSet<>(secrets).size() == 1);
        assertEquals(one, presented.isPresent(), text);
        presented.ifPresent(shown -> assertEquals(secrets.getFirst(), secret(shown), text));
        boolean in = presented
                .flatMap(shown -> TOKENS.find(shown.value(), shown.bare()))
                .isPresent();
        assertEquals(one && secrets.getFirst().equals(SECRET), in, text);
        surrounded(text);
    }

    private static String secret(Credentials.Presented shown) {
        return shown.bare() ? shown.value() : Credentials.secret(shown.value());
    }

    /** A known secret with the input at its end is another one, blanks apart. */
    private static void surrounded(String text) {
        boolean blank = text.isBlank();
        assertTrue(blank || TOKENS.find("Bearer " + SECRET + text, false).isEmpty(), text);
        assertTrue(text.isEmpty() || TOKENS.find(SECRET + text, true).isEmpty(), text);
        assertTrue(text.isEmpty() || TOKENS.find(text + SECRET, true).isEmpty(), text);
    }

    private static String expected(String value) {
        int space = value.indexOf(' ');
        String scheme = value.substring(0, Math.max(0, space)).toLowerCase(Locale.ROOT);
        String rest = value.substring(space + 1).strip();
        return switch (scheme) {
            case "bearer" -> rest;
            case "basic" -> decoded(rest).map(CredentialsTarget::password).orElse("");
            default -> "";
        };
    }

    private static String password(String pair) {
        return pair.contains(":") ? pair.substring(pair.indexOf(':') + 1) : "";
    }

    /** Four characters are three bytes; the last four may end in one or two equals signs, or be two or three characters. */
    private static Optional<String> decoded(String text) {
        String digits = text.replaceFirst("={1,2}$", "");
        int rest = digits.length() % 4;
        boolean padded = digits.length() != text.length();
        if (rest == 1 || (padded && text.length() % 4 != 0) || digits.chars().anyMatch(c -> ALPHABET.indexOf(c) < 0)) {
            return Optional.empty();
        }
        byte[] bytes = new byte[digits.length() * 6 / 8];
        int bits = 0;
        int held = 0;
        int at = 0;
        for (int i = 0; i < digits.length(); i++) {
            bits = (bits << 6 | ALPHABET.indexOf(digits.charAt(i))) & 0xffff;
            held += 6;
            if (held >= 8) {
                held -= 8;
                bytes[at++] = (byte) (bits >> held);
            }
        }
        return Optional.of(new String(bytes, StandardCharsets.UTF_8));
    }
}
