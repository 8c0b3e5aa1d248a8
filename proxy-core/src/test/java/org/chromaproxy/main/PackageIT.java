package org.chromaproxy.main;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tarball, made, unpacked and run where no Java is known. */
class PackageIT {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    /** A link of Markdown, without its place in the document. */
    private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]*)[^)]*\\)");

    private static final Duration UP = Duration.ofMinutes(3);

    @TempDir
    private Path folder;

    /** Run by root, the embedded PostgreSQL becomes another user. */
    @BeforeEach
    void letOthersIn() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void servesWithTheJavaItBrings() throws Exception {
        String made = run(Map.of("JAVA_HOME", System.getProperty("java.home")), PROJECT.resolve("bin/package"));
        Path tarball = Path.of(made.substring(0, made.indexOf(' ')));
        run(Map.of(), Path.of("tar"), "-C", folder.toString(), "-xzf", tarball.toString());
        Path home;
        try (Stream<Path> unpacked = Files.list(folder)) {
            home = unpacked.findFirst().orElseThrow();
        }
        assertEquals(List.of(), brokenLinks(home));
        Path launcher = home.resolve("bin/chroma-proxy");
        assertTrue(run(Map.of(), launcher, "version").contains("chroma-proxy 0"));
        run(Map.of(), launcher, "train");
        assertTrue(Files.size(home.resolve("chroma-proxy.aot")) > 0);
        Path output = folder.resolve("proxy.log");
        Map<String, String> settings = Map.of(
                "PORT", "0",
                "DATA_DIR", folder.resolve("data").toString(),
                "PRIMARY_URL", "http://127.0.0.1:1",
                "REPLICA_URL", "http://127.0.0.1:2");
        Process proxy = start(settings, output, launcher, "serve");
        try {
            await().atMost(UP).until(() -> Files.readString(output).contains("serving: epoch"));
            String java = proxy.toHandle().info().command().orElseThrow();
            assertEquals(home.resolve("runtime/bin/java").toString(), java);
            proxy.destroy();
            assertEquals(143, proxy.waitFor(), Files.readString(output));
        } finally {
            proxy.destroyForcibly();
        }
    }

    /** What the documents that come with it lead to, and is not there. */
    private static List<String> brokenLinks(Path home) throws IOException {
        List<String> broken = new ArrayList<>();
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".md")).toList()) {
                LINK.matcher(Files.readString(file))
                        .results()
                        .map(link -> link.group(1))
                        .filter(target -> !target.isEmpty() && !target.matches("[a-z]+:.*"))
                        .filter(target -> !Files.exists(file.resolveSibling(target)))
                        .forEach(target -> broken.add(home.relativize(file) + " -> " + target));
            }
        }
        return broken;
    }

    private String run(Map<String, String> environment, Path program, String... arguments) throws Exception {
        Path output = Files.createTempFile(folder.getParent(), "output", ".log");
        int status = start(environment, output, program, arguments).waitFor();
        String words = Files.readString(output, UTF_8);
        Files.delete(output);
        assertEquals(0, status, words);
        return words;
    }

    private static Process start(Map<String, String> environment, Path output, Path program, String... arguments)
            throws IOException {
        var builder = new ProcessBuilder(Stream.concat(Stream.of(program.toString()), List.of(arguments).stream())
                        .toList())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().putAll(environment);
        return builder.start();
    }
}
