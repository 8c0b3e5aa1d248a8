package org.chromaproxy.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.chromaproxy.config.ChromaReleases;

/** A pinned Chroma release, installed in the project's build folder once and used by everybody after. */
public final class ChromaInstallation {
    private final ChromaRelease release;
    private final List<String> program;

    private ChromaInstallation(ChromaRelease release, List<String> program) {
        this.release = release;
        this.program = program;
    }

    /** {@link #ensure(ChromaRelease, Consumer)}, told to nobody. */
    public static ChromaInstallation ensure(ChromaRelease release) {
        return ensure(release, _ -> {});
    }

    /**
     * Exactly that release; installs it first when it is not there. Blocks for the download, and while another process
     * installs into the same folder.
     *
     * @param onDownload told what is about to be downloaded, if anything is
     * @throws MissingProgramException when Python, or Node.js with npm, is missing, too old or incomplete
     * @throws LocalServerException when the download fails
     */
    public static ChromaInstallation ensure(ChromaRelease release, Consumer<String> onDownload) {
        String packageVersion = release.packageVersion();
        List<String> program = switch (release.registry()) {
            case PYPI -> {
                Path home = LocalFolders.build("chroma").resolve("pypi-" + packageVersion);
                PythonEnvironment python = PythonEnvironment.ensure(
                        home,
                        resource("pypi-" + packageVersion + "/requirements.txt"),
                        () -> onDownload.accept(
                                "Chroma " + release + " from PyPI into " + home + " (25 MB, 90 MB on disk)"));
                yield pythonProgram(python, resource("pypi-" + packageVersion + "/serve.py"));
            }
            case NPM -> nodeProgram(nodeModules(release, onDownload));
        };
        return new ChromaInstallation(release, program);
    }

    /** The release that the configuration chooses for the server with this number, from 0; by default the newest. */
    public static ChromaInstallation ofServer(int number) {
        return ensure(ChromaReleases.ofProcess()
                .ofServer(number)
                .map(ChromaRelease::of)
                .orElse(ChromaRelease.NEWEST));
    }

    public ChromaRelease release() {
        return release;
    }

    /** The command that runs one server as one process, without wrappers, which would survive it as orphans. */
    public List<String> command(Path dataDirectory, int port) {
        List<String> arguments = List.of(
                "run", "--path", dataDirectory.toString(), "--host", "127.0.0.1", "--port", Integer.toString(port));
        return Stream.concat(program.stream(), arguments.stream()).toList();
    }

    /** A file rather than words on the command line: guides tell people to start a server again by its command line. */
    private static List<String> pythonProgram(PythonEnvironment environment, String script) {
        return List.of(
                environment.python().toString(),
                "-I",
                environment.script("serve.py", script).toString());
    }

    private static List<String> nodeProgram(Path nodeModules) {
        return NodeRuntime.ensure()
                .command(nodeModules.resolve("chromadb/dist/cli.mjs").toString());
    }

    private static Path nodeModules(ChromaRelease release, Consumer<String> onDownload) {
        release.requireSystem();
        String name = "chroma-" + release.packageVersion();
        Path home = LocalFolders.build("chroma").resolve(name);
        return NpmPackage.ensure(
                home,
                Map.of(
                        "package.json", resource(name + "/package.json"),
                        "package-lock.json", resource(name + "/package-lock.json")),
                () -> onDownload.accept("Chroma " + release + " from npm (package chromadb " + release.packageVersion()
                        + ") into " + home + " (400 MB on disk)"));
    }

    /** A file of this package's resources. */
    static String resource(String name) {
        try (InputStream stream = ChromaInstallation.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new LocalServerException("not in this build: " + name);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
