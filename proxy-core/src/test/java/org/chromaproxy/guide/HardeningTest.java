package org.chromaproxy.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.chromaproxy.config.ConfigInput;
import org.chromaproxy.config.audit.Finding;
import org.chromaproxy.config.audit.Hardening;
import org.chromaproxy.config.audit.HardeningCheck;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checklist of the page on hardening is the one that the command checks, and each point tells what is open. */
class HardeningTest {
    @TempDir
    private Path folder;

    private final Map<String, String> settings = new HashMap<>();

    @BeforeEach
    void safe() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        settings.put("HOST", "192.0.2.1");
        settings.put("DATA_DIR", folder.toString());
        settings.put("TOKENS_FILE", file("tokens", "rw-r-----"));
        settings.put("TLS_CERTIFICATE", file("certificate.pem", "rw-r--r--"));
        settings.put("TLS_KEY", file("key.pem", "rw-------"));
        settings.put("CORS_ORIGINS", "https://app.example");
        settings.put("CLIENT_MAX_REQUESTS_PER_SECOND", "100");
        settings.put("CLIENT_MAX_CONNECTIONS", "100");
        settings.put("PRIMARY_URL", "https://chroma-1.example:8000");
        settings.put("REPLICA_URL", "https://chroma-2.example:8000");
        settings.put("UPSTREAM_TOKEN", "a-token");
        settings.put(
                "DATABASE_URL",
                "postgresql://proxy:0123456789abcdef@db.example/log?sslmode=verify-full&connectTimeout=5");
    }

    private String file(String name, String mode) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "x");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return file.toString();
    }

    private Finding found(String id) {
        return found(id, Optional.empty());
    }

    private Finding found(String id, Optional<Path> file) {
        ConfigInput.Loaded loaded = new ConfigInput(Map.of(), settings, file).read();
        HardeningCheck.Settled settled = new HardeningCheck.Settled(loaded.config(), loaded.values(), file, any -> "");
        return Hardening.checks().stream()
                .filter(check -> check.id().equals(id))
                .map(check -> check.look().apply(settled))
                .findFirst()
                .orElseThrow();
    }

    private void assertFound(String id, Finding.Rating rating, String... changed) {
        Map<String, String> before = Map.copyOf(settings);
        for (int i = 0; i < changed.length; i += 2) {
            settings.put(changed[i], changed[i + 1]);
        }
        Finding found = found(id);
        assertEquals(rating, found.rating(), id + " " + List.of(changed) + ": " + found);
        settings.clear();
        settings.putAll(before);
    }

    @Test
    void thePagesChecklistIsTheOneThatIsChecked() {
        List<String> page = Guide.text("docs/hardening.md")
                .lines()
                .filter(line -> line.startsWith("- [ ] "))
                .toList();
        assertEquals(
                Hardening.checks().stream().map(Hardening::line).collect(Collectors.joining("\n")),
                String.join("\n", page),
                "docs/hardening.md does not have the list of config.audit.Hardening");
    }

    @Test
    void aSafeInstallationHasNothingOpen() {
        for (HardeningCheck check : Hardening.checks()) {
            Finding found = found(check.id());
            assertEquals(Finding.Rating.OK, found.rating(), check.id() + ": " + found.what());
        }
    }

    @Test
    void whatIsOpenTowardsClients() {
        assertFound("tokens", Finding.Rating.FAIL, "TOKENS_FILE", "");
        assertFound("tokens", Finding.Rating.FAIL, "TOKENS_FILE", "", "HOST", "0.0.0.0");
        assertFound("tokens", Finding.Rating.WARN, "TOKENS_FILE", "", "HOST", "127.0.0.1");
        assertFound("tokens", Finding.Rating.WARN, "TOKENS_FILE", "", "HOST", "[::1]");
        assertFound("host", Finding.Rating.WARN, "HOST", "0.0.0.0");
        assertFound("host", Finding.Rating.WARN, "HOST", "::");
        assertFound("tls", Finding.Rating.WARN, "TLS_CERTIFICATE", "", "TLS_KEY", "");
        assertFound("tls", Finding.Rating.OK, "TLS_CERTIFICATE", "", "TLS_KEY", "", "HOST", "localhost");
        assertFound("allowed-hosts", Finding.Rating.WARN, "ALLOWED_HOSTS", "*");
        assertFound("allowed-hosts", Finding.Rating.FAIL, "ALLOWED_HOSTS", "*", "TOKENS_FILE", "");
        assertFound("cors", Finding.Rating.WARN, "CORS_ORIGINS", "*");
        assertFound("cors", Finding.Rating.FAIL, "CORS_ORIGINS", "*", "TOKENS_FILE", "");
        assertFound("cors", Finding.Rating.WARN, "CORS_ORIGINS", "https://a.example, http://b.example");
        assertFound("client-bounds", Finding.Rating.WARN, "CLIENT_MAX_REQUESTS_PER_SECOND", "0");
        assertFound("client-bounds", Finding.Rating.WARN, "CLIENT_MAX_CONNECTIONS", "0");
    }

    @Test
    void whatIsNoFileIsNotKept() {
        assertFound("tokens-file", Finding.Rating.FAIL, "TOKENS_FILE", folder.toString());
        assertFound(
                "tokens-file",
                Finding.Rating.FAIL,
                "TOKENS_FILE",
                folder.resolve("missing").toString());
        assertFound("certificate-files", Finding.Rating.FAIL, "TLS_CERTIFICATE", folder.toString());
        assertFound("key-files", Finding.Rating.FAIL, "TLS_KEY", folder.toString());
    }

    @Test
    void whatIsOpenTowardsServers() {
        assertFound("servers-tls", Finding.Rating.WARN, "REPLICA_URL", "http://chroma-2:8000");
        assertFound("servers-tls", Finding.Rating.OK, "REPLICA_URL", "http://127.0.0.1:8000");
        assertFound("servers-verified", Finding.Rating.FAIL, "UPSTREAM_TLS_VERIFY", "none");
        assertFound("servers-verified", Finding.Rating.WARN, "UPSTREAM_TLS_VERIFY", "ca");
        assertFound("servers-closed", Finding.Rating.WARN, "UPSTREAM_TOKEN", "");
        assertFound("transport", Finding.Rating.WARN, "TRANSPORT", "nio");
        assertFound("transport", Finding.Rating.OK, "TRANSPORT", "auto");
        for (String mode : List.of("", "?sslmode=disable", "?sslmode=prefer", "?a=b")) {
            assertFound(
                    "database-tls", Finding.Rating.FAIL, "DATABASE_URL", "postgresql://u:p@db.example:5432/log" + mode);
            assertFound(
                    "database-tls", Finding.Rating.OK, "DATABASE_URL", "postgresql://u:p@127.0.0.1:5432/log" + mode);
        }
        assertFound("database-tls", Finding.Rating.FAIL, "DATABASE_URL", "postgresql://u:p@127.0.0.1,db.example/log");
        assertFound(
                "database-tls", Finding.Rating.WARN, "DATABASE_URL", "postgresql://u:p@db.example/log?sslmode=require");
        assertFound(
                "database-tls",
                Finding.Rating.OK,
                "DATABASE_URL",
                "jdbc:postgresql://db.example/log?user=u&password=p&sslmode=verify-full");
        for (String password : List.of("change-me", "postgres", "proxy", "CHANGEME")) {
            assertFound(
                    "database-password",
                    Finding.Rating.FAIL,
                    "DATABASE_URL",
                    "postgresql://proxy:" + password + "@h/log");
            assertFound(
                    "database-password",
                    Finding.Rating.FAIL,
                    "DATABASE_URL",
                    "jdbc:postgresql://h/log?user=proxy&password=" + password);
        }
        assertFound("database-password", Finding.Rating.WARN, "DATABASE_URL", "postgresql://proxy:short@h/log");
        assertFound("database-password", Finding.Rating.WARN, "DATABASE_URL", "postgresql://proxy@h/log");
        assertFound("database-password", Finding.Rating.OK, "DATABASE_URL", "");
    }

    @Test
    void filesThatOthersMayReadOrChange() throws IOException {
        for (String mode : List.of("rw-rw----", "rw-r---w-")) {
            assertFound("tokens-file", Finding.Rating.FAIL, "TOKENS_FILE", file("open", mode));
            assertFound("certificate-files", Finding.Rating.FAIL, "UPSTREAM_CA", file("open", mode));
            assertFound("key-files", Finding.Rating.FAIL, "TLS_KEY", file("open", mode));
        }
        assertFound("key-files", Finding.Rating.FAIL, "TLS_KEY", file("open", "rw-r--r--"));
        assertFound(
                "tokens-file",
                Finding.Rating.FAIL,
                "TOKENS_FILE",
                folder.resolve("none").toString());
        assertFound("local-token", Finding.Rating.OK, "TOKENS_FILE", "");
        String token = file("local", "rw-------");
        assertFound("local-token", Finding.Rating.OK, "TOKENS_FILE", "", "LOCAL_TOKEN_FILE", token);
        for (String mode : List.of("rw-r--r--", "rw--w----", "rw-----w-")) {
            assertFound("local-token", Finding.Rating.FAIL, "TOKENS_FILE", "", "LOCAL_TOKEN_FILE", file("local", mode));
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertFound("data-folder", Finding.Rating.WARN, "DATABASE_URL", "");
        assertFound("data-folder", Finding.Rating.OK);
    }

    @Test
    void aSettingsFileWithASecretIsNotForEverybody() throws IOException {
        settings.remove("UPSTREAM_TOKEN");
        Path with = Files.writeString(folder.resolve("with.yaml"), "upstream_token: a-token\n");
        Path without = Files.writeString(folder.resolve("without.yaml"), "port: 9000\n");
        for (Path file : List.of(with, without)) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        }
        assertEquals(
                Finding.Rating.FAIL, found("settings-file", Optional.of(with)).rating());
        assertEquals(
                Finding.Rating.OK, found("settings-file", Optional.of(without)).rating());
    }

    @Test
    void nothingThatIsFoundHoldsASecret() {
        settings.put("DATABASE_URL", "postgresql://proxy:hidden-one@db.example/log");
        String all = Hardening.checks().stream()
                .map(check -> found(check.id()).toString())
                .collect(Collectors.joining());
        assertFalse(all.contains("hidden-one") || all.contains("a-token"), all);
        assertTrue(all.contains("sslmode is prefer"), all);
    }
}
