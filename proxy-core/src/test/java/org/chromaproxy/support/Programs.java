package org.chromaproxy.support;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.chromaproxy.local.FolderLock;
import org.chromaproxy.local.LocalFolders;

/**
 * The programs that guides and pages need, which a fresh machine may lack. One that is on the PATH is taken as it is; the
 * others are unpacked from Debian's packages into the build's own folder: nothing is installed, no root is needed, the machine's
 * own lists and sources of packages are used. Where there is no apt-get, the test fails and says what to install.
 */
public final class Programs {
    /** Each with the package that has it, and where it is in there. */
    private static final Map<String, Source> SOURCES = Map.of(
            "curl", new Source("curl", "usr/bin/curl"),
            "openssl", new Source("openssl", "usr/bin/openssl"),
            "pgrep", new Source("procps", "usr/bin/pgrep"),
            "systemd-analyze", new Source("systemd", "usr/bin/systemd-analyze"),
            // Debian's /usr/bin/chromium is a script with the paths of an installed one.
            "chromium", new Source("chromium", "usr/lib/chromium/chromium"),
            "chromedriver", new Source("chromium-driver", "usr/bin/chromedriver"));

    private static final Path HOME = LocalFolders.build("programs");

    private record Source(String packageName, String path) {}

    private Programs() {}

    /** The program: the one on the PATH, or the one in the build's folder, which is made first if need be. */
    public static Path find(String name) {
        return onPath(name).orElseGet(() -> ready(name));
    }

    /** A PATH on which those programs are found that are named here, before all that this process' own has. */
    public static String path(String... names) {
        String path = System.getenv("PATH");
        boolean missing = Stream.of(names)
                .anyMatch(name -> !find(name).equals(onPath(name).orElse(null)));
        return missing ? HOME.resolve("bin") + ":" + path : path;
    }

    /** A file or folder of the packages that were unpacked here. */
    public static Optional<Path> unpacked(String path) {
        return Optional.of(HOME.resolve("root").resolve(path)).filter(Files::exists);
    }

    private static Optional<Path> onPath(String name) {
        return Stream.of(System.getenv("PATH").split(":", -1))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static Path ready(String name) {
        Path program = HOME.resolve("bin").resolve(name);
        try (FolderLock _ = lock()) {
            if (!Files.isExecutable(program)) {
                unpack();
            }
        } catch (IOException e) {
            throw new AssertionError(
                    name + " is not on this machine, and Debian's packages cannot be unpacked here: install it", e);
        }
        return program;
    }

    private static FolderLock lock() throws IOException {
        return await().atMost(Duration.ofMinutes(10))
                .until(() -> FolderLock.tryAcquire(HOME), Optional::isPresent)
                .orElseThrow();
    }

    /** All that are missing at once: their libraries are mostly the same. */
    private static void unpack() throws IOException {
        Map<String, Source> missing = new LinkedHashMap<>();
        SOURCES.forEach((name, source) -> {
            if (onPath(name).isEmpty()) {
                missing.put(name, source);
            }
        });
        Path lists = HOME.resolve("lists");
        Path archives = HOME.resolve("archives");
        Files.createDirectories(lists.resolve("partial"));
        Files.createDirectories(archives.resolve("partial"));
        List<String> apt = List.of(
                "apt-get",
                "-q",
                "-y",
                "-o",
                "Dir::State::Lists=" + lists,
                "-o",
                "Dir::Cache=" + HOME.resolve("cache"),
                "-o",
                "Dir::Cache::Archives=" + archives,
                "-o",
                "Debug::NoLocking=1",
                "-o",
                "APT::Sandbox::User=",
                "-o",
                "APT::Install-Recommends=0");
        Files.createDirectories(HOME.resolve("cache"));
        run(Stream.concat(apt.stream(), Stream.of("update")));
        run(Stream.of(
                        apt.stream(),
                        Stream.of("install", "--download-only"),
                        missing.values().stream().map(Source::packageName).distinct())
                .flatMap(part -> part));
        Path root = HOME.resolve("root");
        for (Path archive : files(archives, ".deb")) {
            run(Stream.of("dpkg-deb", "-x", archive.toString(), root.toString()));
            Files.delete(archive);
        }
        for (Map.Entry<String, Source> program : missing.entrySet()) {
            wrap(program.getKey(), root.resolve(program.getValue().path()), root);
        }
    }

    /** A script in its place, as the program must be told where its libraries and fonts are. */
    private static void wrap(String name, Path program, Path root) throws IOException {
        if (!Files.isExecutable(program)) {
            throw new IOException("the package has no " + program);
        }
        Path script = Files.createDirectories(HOME.resolve("bin")).resolve(name);
        Files.writeString(script, """
            #!/bin/sh
            export LD_LIBRARY_PATH='%s' FONTCONFIG_PATH='%s'
            exec '%s' "$@"
            """.formatted(libraries(root), root.resolve("etc/fonts"), program));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String libraries(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all
                    .filter(file -> file.toString().contains(".so"))
                    .map(file -> file.resolveSibling("").toString())
                    .collect(Collectors.toCollection(TreeSet::new))
                    .stream()
                    .collect(Collectors.joining(":"));
        }
    }

    private static List<Path> files(Path folder, String end) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.toString().endsWith(end)).toList();
        }
    }

    private static void run(Stream<String> command) throws IOException {
        List<String> words = new ArrayList<>(command.toList());
        Path log = HOME.resolve("install.log");
        Process process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", words) + ": " + Files.readString(log));
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
