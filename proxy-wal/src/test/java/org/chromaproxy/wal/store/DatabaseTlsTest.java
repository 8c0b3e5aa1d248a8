package org.chromaproxy.wal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import org.chromaproxy.wal.testkit.FragileServer;
import org.chromaproxy.wal.testkit.LogFixture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The driver's TLS parameters in the database's address hold for every connection of the log. */
class DatabaseTlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private static FragileServer server;
    private static Path ca;
    private static Path stranger;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        server = new FragileServer(data);
        ca = certificate(folder, "localhost");
        stranger = certificate(folder, "stranger");
        Files.copy(ca, data.resolve("server.crt"));
        Files.copy(folder.resolve("localhost.key"), data.resolve("server.key"));
        Files.setPosixFilePermissions(data.resolve("server.key"), PosixFilePermissions.fromString("rw-------"));
        server.execute("ALTER SYSTEM SET ssl = on");
        server.stop();
        server.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** Makes a key and a certificate for that name, signed by itself. */
    private static Path certificate(Path folder, String name) throws Exception {
        Path store = folder.resolve(name + ".p12");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=dns:" + name,
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                store.toString());
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
        KeyStore keys = keys(store);
        pem(
                folder.resolve(name + ".key"),
                "PRIVATE KEY",
                keys.getKey(name, PASSWORD).getEncoded());
        return pem(
                folder.resolve(name + ".pem"),
                "CERTIFICATE",
                keys.getCertificate(name).getEncoded());
    }

    private static KeyStore keys(Path store) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD);
            return keys;
        }
    }

    private static Path pem(Path file, String kind, byte[] encoded) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        return Files.writeString(file, "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
    }

    private static DatabaseTarget verifying(Path authority) {
        DatabaseTarget plain = server.freshDatabase(1_000_000);
        String url = plain.url() + "?sslmode=verify-full&sslrootcert=" + authority;
        return new DatabaseTarget(url, plain.user(), plain.password(), plain.schema(), 2, plain.segmentLsns());
    }

    @Test
    void everyConnectionIsEncryptedWhenTheServerIsTheOneThatWasMeant() {
        try (LogFixture log = new LogFixture(verifying(ca))) {
            log.writer();
            assertEquals(
                    List.of("t"),
                    log.column("SELECT DISTINCT s.ssl FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid)"
                            + " WHERE a.datname = current_database()"));
        }
    }

    @Test
    void aServerThatAnotherAuthorityVouchesForIsNotUsed() {
        StoreException refused = assertThrows(StoreException.class, () -> Database.open(verifying(stranger)));
        StringBuilder all = new StringBuilder();
        for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
            all.append(cause.getMessage()).append('\n');
        }
        assertTrue(all.toString().contains("SSL error"), all.toString());
    }
}
