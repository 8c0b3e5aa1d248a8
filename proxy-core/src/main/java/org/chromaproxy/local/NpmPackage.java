package org.chromaproxy.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Chroma's npm package, installed in a folder once: the JavaScript client, with a server in a native part. */
final class NpmPackage {
    private static final int OLDEST_NODE = 20;
    private static final Pattern NODE_VERSION = Pattern.compile("v(\\d+)\\..*");
    private static final String NEEDED = "Node.js " + OLDEST_NODE + " or newer with npm";

    private NpmPackage() {}

    /**
     * The folder {@code node_modules} with the package in it; installs it first when it is not there.
     *
     * @param files {@code package.json} and {@code package-lock.json}
     * @param onDownload run before anything is downloaded
     * @throws MissingProgramException when Node.js or npm is missing or too old
     * @throws LocalServerException when the download fails
     */
    static Path ensure(Path home, Map<String, String> files, Runnable onDownload) {
        try (FolderLock _ = FolderLock.acquire(home)) {
            Path complete = home.resolve(".complete");
            String pinned = files.getOrDefault("package-lock.json", "");
            if (!Files.exists(complete) || !Files.readString(complete).equals(pinned)) {
                requireNode(home);
                onDownload.run();
                install(home, files);
                Files.writeString(complete, pinned);
            }
            return home.resolve("node_modules");
        } catch (IOException e) {
            throw new LocalServerException("cannot install Chroma's npm package in " + home, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalServerException("interrupted while installing Chroma's npm package", e);
        }
    }

    private static void install(Path home, Map<String, String> files) throws IOException, InterruptedException {
        for (var file : files.entrySet()) {
            Files.writeString(home.resolve(file.getKey()), file.getValue());
        }
        ShortCommand.Result result = run(home, "npm.log", "npm", "ci", "--no-audit", "--no-fund");
        if (!result.succeeded()) {
            throw new LocalServerException(
                    "npm could not install Chroma (status " + result.status() + "): " + result.output());
        }
    }

    private static void requireNode(Path home) throws IOException, InterruptedException {
        ShortCommand.Result result = run(home, "node.version", "node", "--version");
        var version = NODE_VERSION.matcher(result.output());
        if (!result.succeeded() || !version.matches() || Integer.parseInt(version.group(1)) < OLDEST_NODE) {
            throw new MissingProgramException(NEEDED + " is needed, and this machine has " + result.output());
        }
    }

    private static ShortCommand.Result run(Path home, String log, String... command)
            throws IOException, InterruptedException {
        try {
            return ShortCommand.run(home, home.resolve(log), List.of(command), Map.of());
        } catch (IOException e) {
            throw new MissingProgramException(NEEDED + " is needed; cannot run " + command[0], e);
        }
    }
}
