package org.chromaproxy.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** A pinned Chroma release out of its npm package, installed in a folder once and used by everybody after. */
public final class ChromaInstallation {
    private static final int OLDEST_NODE = 20;
    private static final Pattern NODE_VERSION = Pattern.compile("v(\\d+)\\..*");

    private final Path nodeModules;

    private ChromaInstallation(Path nodeModules) {
        this.nodeModules = nodeModules;
    }

    /** The installation in the project's build folder; installs it first when it is not there. */
    public static ChromaInstallation ensure() {
        return ensure(_ -> {});
    }

    /** The same; {@code onDownload} is told what is about to be downloaded, if anything is. */
    public static ChromaInstallation ensure(Consumer<String> onDownload) {
        return ensure(LocalFolders.build("chroma"), onDownload);
    }

    /** The installation in that folder; installs it first when it is not there. */
    public static ChromaInstallation ensure(Path folder) {
        return ensure(folder, _ -> {});
    }

    /**
     * The installation in that folder; installs it first when it is not there. Blocks for the download, and while
     * another process installs into the same folder.
     *
     * @throws LocalServerException when Node.js or npm is missing or too old, or the download fails
     */
    private static ChromaInstallation ensure(Path folder, Consumer<String> onDownload) {
        ChromaRelease release = ChromaRelease.fitting();
        Path home = folder.toAbsolutePath().resolve("chroma-" + release.npmVersion());
        try (FolderLock _ = FolderLock.acquire(home)) {
            Path complete = home.resolve(".complete");
            String pinned = resource(release, "package-lock.json");
            if (!Files.exists(complete) || !Files.readString(complete).equals(pinned)) {
                requireNode(home);
                onDownload.accept("Chroma, from the npm package chromadb " + release.npmVersion() + ", into " + home);
                install(home, release);
                Files.writeString(complete, pinned);
            }
            return new ChromaInstallation(home.resolve("node_modules"));
        } catch (IOException e) {
            throw new LocalServerException("cannot install Chroma in " + home, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalServerException("interrupted while installing Chroma", e);
        }
    }

    /** The folder of npm packages that holds the server, which is also the JavaScript client. */
    public Path nodeModules() {
        return nodeModules;
    }

    /** The command that runs one server: Node itself, without npm's wrappers, which would survive it as orphans. */
    public List<String> command(Path dataDirectory, int port) {
        return List.of(
                "node",
                nodeModules.resolve("chromadb/dist/cli.mjs").toString(),
                "run",
                "--path",
                dataDirectory.toString(),
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port));
    }

    private static void install(Path home, ChromaRelease release) throws IOException, InterruptedException {
        for (String file : List.of("package.json", "package-lock.json")) {
            Files.writeString(home.resolve(file), resource(release, file));
        }
        Path log = home.resolve("npm.log");
        int status = run(home, log, "npm", "ci", "--no-audit", "--no-fund");
        if (status != 0) {
            throw new LocalServerException(
                    "npm could not install Chroma (status " + status + "): " + Files.readString(log));
        }
    }

    private static void requireNode(Path home) throws IOException, InterruptedException {
        Path log = home.resolve("node.version");
        int status = run(home, log, "node", "--version");
        String output = Files.readString(log).strip();
        var version = NODE_VERSION.matcher(output);
        if (status != 0 || !version.matches() || Integer.parseInt(version.group(1)) < OLDEST_NODE) {
            throw new LocalServerException("the local Chroma servers need Node.js " + OLDEST_NODE
                    + " or newer with npm, and this machine has " + output);
        }
    }

    private static int run(Path folder, Path log, String... command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new LocalServerException(
                    "the local Chroma servers need Node.js " + OLDEST_NODE + " or newer with npm; cannot run "
                            + command[0],
                    e);
        }
        process.getOutputStream().close();
        try (Reaper _ = Reaper.of(process)) {
            return process.waitFor();
        }
    }

    private static String resource(ChromaRelease release, String file) throws IOException {
        String name = "chroma-" + release.npmVersion() + "/" + file;
        try (InputStream stream = ChromaInstallation.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IOException("not in this build: " + name);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Ends a short-lived command, and what it started, if this JVM is told to stop while it runs. */
    private record Reaper(Thread hook) implements AutoCloseable {
        static Reaper of(Process process) {
            Thread hook = Thread.ofPlatform().name("reaper-" + process.pid()).unstarted(() -> {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            });
            Runtime.getRuntime().addShutdownHook(hook);
            return new Reaper(hook);
        }

        /** The command has ended by itself. */
        @Override
        public void close() {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException stopping) {
                // The hook runs, or has run: it finds nothing left to end.
            }
        }
    }
}
