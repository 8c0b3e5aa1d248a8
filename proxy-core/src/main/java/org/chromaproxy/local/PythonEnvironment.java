package org.chromaproxy.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Python virtual environment with pinned packages of PyPI, made in a folder once and used by everybody after. Programs
 * are run by its interpreter ({@link #python}); nothing is ever "activated".
 */
public final class PythonEnvironment {
    private static final int OLDEST_MINOR = 9;
    private static final Pattern VERSION = Pattern.compile("Python 3\\.(\\d+)\\b.*", Pattern.DOTALL);
    private static final String NEEDED = "Python 3." + OLDEST_MINOR
            + " or newer with venv (on Debian and Ubuntu the packages python3 and python3-venv)";

    private final Path home;

    private PythonEnvironment(Path home) {
        this.home = home;
    }

    /**
     * The environment in that folder; makes it first when it is not there, is of another Python than this machine's, or has
     * other packages. Blocks for the download, and while another process installs into the same folder.
     *
     * @param requirements in pip's format, complete, each with its hashes: what is not named is not installed
     * @param onDownload run before anything is downloaded
     * @throws MissingProgramException when Python is missing, too old, or without venv
     * @throws LocalServerException when the download fails
     */
    public static PythonEnvironment ensure(Path home, String requirements, Runnable onDownload) {
        return ensure(home, "python3", requirements, onDownload);
    }

    /** The same, made by that interpreter. */
    static PythonEnvironment ensure(Path home, String interpreter, String requirements, Runnable onDownload) {
        try (FolderLock _ = FolderLock.acquire(home)) {
            PythonEnvironment environment = new PythonEnvironment(home);
            String contents = version(home, interpreter) + "\n" + requirements;
            Path complete = home.resolve(".complete");
            if (!Files.exists(complete) || !Files.readString(complete).equals(contents)) {
                Files.deleteIfExists(complete);
                environment.create(interpreter);
                onDownload.run();
                environment.install(requirements);
                Files.writeString(complete, contents);
            }
            return environment;
        } catch (IOException e) {
            throw new LocalServerException("cannot make a Python environment in " + home, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalServerException("interrupted while installing Python packages", e);
        }
    }

    /** Its interpreter. */
    public Path python() {
        return home.resolve("venv").resolve("bin").resolve("python");
    }

    /** Where its packages are. */
    Path sitePackages() {
        Path lib = home.resolve("venv").resolve("lib");
        try (Stream<Path> versions = Files.list(lib)) {
            return versions.map(version -> version.resolve("site-packages"))
                    .filter(Files::isDirectory)
                    .findFirst()
                    .orElseThrow(() -> new LocalServerException("no site-packages in " + lib));
        } catch (IOException e) {
            throw new LocalServerException("cannot read " + lib, e);
        }
    }

    /** A program for it, kept beside it under that name. */
    Path script(String name, String text) {
        Path script = home.resolve(name);
        try {
            if (!Files.exists(script) || !Files.readString(script).equals(text)) {
                // Others may be reading it.
                Path fresh = Files.createTempFile(home, name, "");
                Files.writeString(fresh, text);
                Files.move(fresh, script, StandardCopyOption.ATOMIC_MOVE);
            }
            return script;
        } catch (IOException e) {
            throw new LocalServerException("cannot write " + script, e);
        }
    }

    /** What the interpreter says of itself. */
    private static String version(Path home, String interpreter) throws IOException, InterruptedException {
        ShortCommand.Result result;
        try {
            result = run(home, "python.version", interpreter, "--version");
        } catch (IOException e) {
            throw new MissingProgramException(NEEDED + " is needed, and cannot be run here", e);
        }
        var version = VERSION.matcher(result.output());
        if (!result.succeeded() || !version.matches() || Integer.parseInt(version.group(1)) < OLDEST_MINOR) {
            throw new MissingProgramException(NEEDED + " is needed, and this machine has: " + result.output());
        }
        return result.output();
    }

    private void create(String interpreter) throws IOException, InterruptedException {
        String target = home.resolve("venv").toString();
        ShortCommand.Result result = run(home, "venv.log", interpreter, "-m", "venv", "--clear", target);
        if (!result.succeeded()) {
            throw new MissingProgramException(NEEDED + " is needed; this machine's Python cannot make a virtual"
                    + " environment:\n" + result.output());
        }
    }

    private void install(String requirements) throws IOException, InterruptedException {
        Path file = home.resolve("requirements.txt");
        Files.writeString(file, requirements);
        ShortCommand.Result result = run(
                home,
                "pip.log",
                python().toString(),
                "-m",
                "pip",
                "install",
                "--disable-pip-version-check",
                "--no-input",
                "--no-deps",
                "--only-binary=:all:",
                "--require-hashes",
                "-r",
                file.toString());
        if (!result.succeeded()) {
            throw new LocalServerException("pip could not install what " + file + " lists (status " + result.status()
                    + "):\n" + result.output());
        }
    }

    private static ShortCommand.Result run(Path home, String log, String... command)
            throws IOException, InterruptedException {
        return ShortCommand.run(home, home.resolve(log), List.of(command), Map.of("PIP_USER", "0"));
    }
}
