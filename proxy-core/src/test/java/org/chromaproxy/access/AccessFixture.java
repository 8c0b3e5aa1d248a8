package org.chromaproxy.access;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.config.AccessSettings;
import org.chromaproxy.config.PrincipalLimit;

/** A tokens file whose secrets a test knows. */
public final class AccessFixture {
    private final Path file;
    private final List<String> lines = new ArrayList<>();

    public AccessFixture() {
        try {
            file = Files.createTempFile(Path.of("target"), "tokens", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A secret for that name; the file has its line at once. */
    public String token(String name, Role role, String... tenants) {
        String secret = "secret of " + name + " for " + role;
        lines.add(new Token(new Principal(name, role, Set.of(tenants)), Token.hash(secret)).line());
        write();
        return secret;
    }

    /** The same with limits of its own. */
    public String limited(String name, Role role, Map<PrincipalLimit, Long> limits, String... tenants) {
        String secret = "secret of " + name + " for " + role;
        lines.add(new Token(new Principal(name, role, Set.of(tenants), limits), Token.hash(secret)).line());
        write();
        return secret;
    }

    /** The file as it is without the token of that name. */
    public void revoke(String name) {
        lines.removeIf(line -> line.startsWith(name + " "));
        write();
    }

    public void spoil() {
        lines.add("neither name nor secret-of-somebody");
        write();
    }

    public AccessSettings settings(String upstreamToken) {
        return new AccessSettings(Optional.of(file), Optional.of(upstreamToken));
    }

    public Path file() {
        return file;
    }

    private void write() {
        try {
            Files.write(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
