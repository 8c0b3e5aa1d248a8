package org.chromaproxy.main;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.chromaproxy.supervise.NotifyReceiver;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service's ExecStart, with this test in systemd's place: what it is told, and what the health check says. */
class SupervisedIT {
    private static final String LAUNCHER =
            Path.of("..", "bin", "chroma-proxy").toAbsolutePath().normalize().toString();
    private static final Pattern LISTENING = Pattern.compile("listening on http://[^\\s:]+:(\\d+)");

    @TempDir
    private Path folder;

    /** Run by root, the embedded PostgreSQL becomes another user. */
    @BeforeEach
    void letOthersIn() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void itIsReadyWhenItServesLivesAndStopsInOrder() throws Exception {
        try (NotifyReceiver systemd = new NotifyReceiver("@chroma-proxy/" + UUID.randomUUID())) {
            Path output = folder.resolve("proxy.log");
            Process proxy = launch(
                    output,
                    "serve",
                    Map.of(
                            "NOTIFY_SOCKET",
                            systemd.name(),
                            "WATCHDOG_USEC",
                            "200000",
                            "DATA_DIR",
                            folder.resolve("data").toString(),
                            "PORT",
                            "0"));
            try {
                assertEquals("READY=1", systemd.next(), () -> text(output));
                assertEquals("WATCHDOG=1", systemd.next());
                assertEquals("WATCHDOG=1", systemd.next());
                String port = port(text(output));
                assertEquals(1, health(port), "no server can be reached, so it cannot serve");
                assertEquals(0, health(port, "--alive"));
                proxy.destroy();
                systemd.awaitState("STOPPING=1");
                assertTrue(proxy.waitFor(180, TimeUnit.SECONDS), () -> text(output));
                assertEquals(143, proxy.exitValue());
                assertEquals(1, health(port, "--alive"));
            } finally {
                proxy.destroyForcibly();
            }
        }
    }

    /** As under a service's system call filter, where setpriv may not do what it does. */
    @Test
    void theEmbeddedLogIsStoppedAfterTheProxyWhereTheKernelDoesNotTieThemTogether() throws Exception {
        Path programs = Files.createDirectory(folder.resolve("programs"));
        Path setpriv = Files.writeString(programs.resolve("setpriv"), """
                #!/bin/sh
                [ "$*" != "--pdeathsig KILL true" ] || exit 127
                PATH=${PATH#*:} exec setpriv "$@"
                """);
        Files.setPosixFilePermissions(setpriv, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path output = folder.resolve("proxy.log");
        Process proxy = launch(
                output,
                "serve",
                Map.of(
                        "PATH",
                        programs + ":" + System.getenv("PATH"),
                        "DATA_DIR",
                        folder.resolve("data").toString(),
                        "PORT",
                        "0"));
        try {
            await().atMost(Duration.ofMinutes(3)).until(() -> text(output).contains("serving: epoch"));
            proxy.destroy();
            assertTrue(proxy.waitFor(180, TimeUnit.SECONDS), () -> text(output));
            assertEquals(143, proxy.exitValue(), () -> text(output));
            assertFalse(text(output).contains("not released"), () -> text(output));
            assertTrue(text(output).contains("ServeCommand: stopped"), () -> text(output));
        } finally {
            proxy.destroyForcibly();
        }
    }

    private int health(String port, String... option) throws Exception {
        String command = String.join(" ", "health", String.join(" ", option)).strip();
        return launch(folder.resolve("health.log"), command, Map.of("PORT", port))
                .waitFor();
    }

    private static Process launch(Path output, String command, Map<String, String> environment) throws IOException {
        var builder = new ProcessBuilder("/bin/sh", "-c", "exec " + LAUNCHER + " " + command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        builder.environment().putAll(Map.of("PRIMARY_URL", "http://127.0.0.1:1", "REPLICA_URL", "http://127.0.0.1:2"));
        return builder.start();
    }

    private static String port(String output) {
        Matcher line = LISTENING.matcher(output);
        assertTrue(line.find(), output);
        return line.group(1);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
