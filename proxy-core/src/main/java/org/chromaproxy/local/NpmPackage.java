package org.chromaproxy.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Chroma's npm package, installed in a folder once: the JavaScript client, with a server in an optional, native part. */
public final class NpmPackage {
    private NpmPackage() {}

    /**
     * The folder {@code node_modules} with the package in it; installs it first when it is not there.
     *
     * @param files {@code package.json} and {@code package-lock.json}, and npm's configuration if it needs one
     * @param onDownload run before anything is downloaded
     * @throws MissingProgramException when there is no Node.js with npm, and none can be fetched
     * @throws LocalServerException when the download fails
     */
    public static Path ensure(Path home, Map<String, String> files, Runnable onDownload) {
        try (FolderLock _ = FolderLock.acquire(home)) {
            Path complete = home.resolve(".complete");
            String pinned = files.getOrDefault("package-lock.json", "");
            if (!Files.exists(complete) || !Files.readString(complete).equals(pinned)) {
                NodeRuntime node = NodeRuntime.ensure();
                onDownload.run();
                install(home, files, node);
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

    private static void install(Path home, Map<String, String> files, NodeRuntime node)
            throws IOException, InterruptedException {
        for (var file : files.entrySet()) {
            Files.writeString(home.resolve(file.getKey()), file.getValue());
        }
        List<String> command = Stream.concat(node.npm().stream(), Stream.of("ci", "--no-audit", "--no-fund"))
                .toList();
        ShortCommand.Result result = ShortCommand.run(home, home.resolve("npm.log"), command, Map.of());
        if (!result.succeeded()) {
            throw new LocalServerException(
                    "npm could not install Chroma (status " + result.status() + "): " + result.output());
        }
    }
}
