package org.chromaproxy.access;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.chromaproxy.config.AccessSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file of the local token. */
class LocalTokenTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void place() {
        file = folder.resolve("data").resolve("local-token");
    }

    @Test
    void itIsMadeOnceForItsOwnerAlone() throws IOException {
        Token made = LocalToken.open(file, RANDOM);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertTrue(LocalToken.secret(file).matches("cp_[A-Za-z0-9_-]{43}"), "256 random bits");
        Token again = LocalToken.open(file, RANDOM);
        assertArrayEquals(made.hash(), again.hash());
        assertTrue(made.principal().acts());
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertEquals(List.of(file), files.toList(), "nothing is left beside it");
        }
        String secret = LocalToken.secret(file);
        Files.delete(file);
        LocalToken.open(file, RANDOM);
        assertNotEquals(secret, LocalToken.secret(file));
    }

    @Test
    void proxiesThatStartAtOnceAgreeOnOne() throws Exception {
        try (ExecutorService starts = Executors.newFixedThreadPool(8)) {
            Callable<String> start = () -> {
                LocalToken.open(file, RANDOM);
                return LocalToken.secret(file);
            };
            Set<String> secrets = starts.invokeAll(Collections.nCopies(64, start)).stream()
                    .map(LocalTokenTest::got)
                    .collect(Collectors.toSet());
            assertEquals(1, secrets.size());
        }
    }

    private static String got(Future<String> secret) {
        return secret.resultNow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw--w----", "rw-rw-rw-", "rw-----w-"})
    void oneThatOthersMayHaveReadOrWrittenIsNotUsed(String mode) throws IOException {
        LocalToken.open(file, RANDOM);
        String secret = LocalToken.secret(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        String refused = assertThrows(IOException.class, () -> LocalToken.open(file, RANDOM))
                .toString();
        assertTrue(refused.contains("by others than its owner"), refused);
        assertFalse(refused.contains(secret));
    }

    /** Chosen by a person, it may be guessed; and a file that was cut short is none. */
    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "admin", "cp_tooshort", "two words"})
    void whatIsNoSuchTokenIsNotUsed(String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        String refused = assertThrows(IOException.class, () -> LocalToken.open(file, RANDOM))
                .toString();
        assertTrue(refused.contains("it holds no token"), refused);
    }

    @Test
    void withoutOneNobodyActsAndTheProxyStarts() throws IOException {
        Files.writeString(folder.resolve("data"), "a file where the folder would be");
        Access access = Access.of(AccessSettings.OPEN, file);
        assertFalse(access.hasLocalToken());
    }
}
