package org.chromaproxy.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.chromaproxy.config.PrincipalLimit;

/**
 * Reads a tokens file: a line {@code name role tenants sha256:hash} per token, which limits of its own may follow as {@code
 * word=value}. Blank lines and those that begin with {@code #} say nothing. Tenants are separated by commas; {@code *} means
 * all. Not thread-safe; made for one reading.
 */
final class TokensFile {
    static final String EVERY_TENANT = "*";
    private static final Pattern BLANKS = Pattern.compile("[ \t]+");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._@-]{1,64}");
    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{64}");
    private static final int MAX_BYTES = 4 << 20;
    private static final int PARTS = 4;

    private final Path file;
    private final List<Token> tokens = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private final Set<String> hashes = new HashSet<>();

    private TokensFile(Path file) {
        this.file = file;
    }

    /** @throws AccessException naming every line that cannot be used, or why the file cannot be read */
    static List<Token> read(Path file) {
        TokensFile reading = new TokensFile(file);
        int number = 0;
        for (String line : reading.lines()) {
            number++;
            String text = line.strip();
            if (!text.isEmpty() && text.charAt(0) != '#') {
                reading.token(number, text);
            }
        }
        if (reading.tokens.isEmpty() && reading.problems.isEmpty()) {
            reading.problems.add("it holds no token, so nobody could get in; make one with: chroma-proxy token new");
        }
        if (!reading.problems.isEmpty()) {
            throw new AccessException(file, reading.problems);
        }
        return List.copyOf(reading.tokens);
    }

    private List<String> lines() {
        try {
            if (Files.size(file) > MAX_BYTES) {
                problems.add("it is larger than " + (MAX_BYTES >> 20) + " MiB");
                return List.of();
            }
            return Files.readAllLines(file);
        } catch (IOException e) {
            problems.add("it cannot be read: " + e);
            return List.of();
        }
    }

    /** Problems never quote the line: it may hold a secret by mistake. */
    private void token(int number, String text) {
        String[] parts = BLANKS.split(text, -1);
        if (parts.length < PARTS) {
            problem(
                    number,
                    "has " + parts.length + " parts, not the four: name role tenants sha256:hash, and then limits");
            return;
        }
        Optional<Role> role = Role.named(parts[1]);
        if (!nameable(parts[0])) {
            problem(number, "has a name that is not 1 to 64 letters, digits or . _ @ -");
        } else if (!names.add(parts[0])) {
            problem(number, "has a name that stands above already");
        } else if (role.isEmpty()) {
            problem(number, "has a role that is not one of read, write, admin");
        } else if (!parts[3].startsWith(Token.HASH)
                || !HEX.matcher(parts[3].substring(Token.HASH.length())).matches()) {
            problem(number, "has a fourth part that is not sha256: and 64 hexadecimal digits");
        } else if (!hashes.add(parts[3])) {
            problem(number, "has a hash that stands above already");
        } else {
            add(number, parts, role.get());
        }
    }

    private void add(int number, String[] parts, Role role) {
        Optional<Set<String>> tenants = tenants(parts[2]);
        if (tenants.isEmpty()) {
            problem(number, "has tenants that are neither * nor names separated by commas");
            return;
        }
        Map<PrincipalLimit, Long> limits = new EnumMap<>(PrincipalLimit.class);
        for (String word : Arrays.asList(parts).subList(PARTS, parts.length)) {
            Optional<String> problem = limit(word, limits);
            if (problem.isPresent()) {
                problem(number, problem.get());
                return;
            }
        }
        byte[] hash = HexFormat.of().parseHex(parts[3].substring(Token.HASH.length()));
        tokens.add(new Token(new Principal(parts[0], role, tenants.get(), limits), hash));
    }

    /** Takes a limit like {@code requests=200}; tells what is wrong with it, and never what it is. */
    static Optional<String> limit(String text, Map<PrincipalLimit, Long> limits) {
        int equals = text.indexOf('=');
        Optional<PrincipalLimit> limit = PrincipalLimit.named(text.substring(0, Math.max(0, equals)));
        if (limit.isEmpty()) {
            return Optional.of("has a limit that is none of " + PrincipalLimit.words() + ", each as word=value");
        }
        OptionalLong value = limit.get().parse(text.substring(equals + 1));
        if (value.isEmpty()) {
            return Optional.of("has a limit " + limit.get().word() + " that is not "
                    + limit.get().expected());
        }
        return limits.putIfAbsent(limit.get(), value.getAsLong()) == null
                ? Optional.empty()
                : Optional.of("has the limit " + limit.get().word() + " twice");
    }

    static boolean nameable(String name) {
        return NAME.matcher(name).matches();
    }

    /** The set that a list of tenants means, where empty is all; no set if it means nothing. */
    static Optional<Set<String>> tenants(String text) {
        if (text.equals(EVERY_TENANT)) {
            return Optional.of(Set.of());
        }
        Set<String> names = new TreeSet<>();
        for (String name : text.split(",", -1)) {
            boolean usable = !name.isEmpty() && !name.contains(EVERY_TENANT) && name.equals(name.strip());
            if (!usable || BLANKS.matcher(name).find()) {
                return Optional.empty();
            }
            names.add(name);
        }
        return Optional.of(Set.copyOf(names));
    }

    private void problem(int number, String what) {
        problems.add("line " + number + " " + what);
    }
}
