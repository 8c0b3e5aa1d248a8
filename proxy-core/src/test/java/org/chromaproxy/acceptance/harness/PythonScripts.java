package org.chromaproxy.acceptance.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.local.LocalFolders;
import org.chromaproxy.local.PythonEnvironment;

/** Scripts among the tests' resources, run by a Python with pinned packages. Without Python a test fails. */
public final class PythonScripts {
    private static final String RESOURCES = "/acceptance/";
    private static final long MINUTES = 5;

    private final PythonEnvironment environment;

    private PythonScripts(PythonEnvironment environment) {
        this.environment = environment;
    }

    /** With the official client. */
    public static PythonScripts ofClient() {
        return of("python-client-1.5.9");
    }

    /** @param name of the folder among the resources that has the requirements */
    public static PythonScripts of(String name) {
        String requirements = new String(resource(name + "/requirements.txt"), UTF_8);
        Path home = LocalFolders.build("python").resolve(name);
        return new PythonScripts(PythonEnvironment.ensure(home, requirements, () -> {}));
    }

    /** A script's own file, in that folder. */
    public static Path file(String script, Path folder) throws IOException {
        return Files.write(folder.resolve(script), resource(script));
    }

    /**
     * What the script prints.
     *
     * @param folder where the script and its output are put
     * @throws AssertionError when it fails, with what it said
     */
    public byte[] run(String script, Path folder, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(file(script, folder).toString()));
        command.addAll(List.of(arguments));
        return run(folder, Map.of(), command);
    }

    /** The same for anything its interpreter takes. */
    public byte[] run(Path folder, Map<String, String> variables, List<String> arguments) throws Exception {
        Path output = Files.createTempFile(folder, "python", ".out");
        Path errors = Files.createTempFile(folder, "python", ".err");
        List<String> command = new ArrayList<>(List.of(environment.python().toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile());
        builder.environment().putAll(variables);
        builder.environment().put("ANONYMIZED_TELEMETRY", "False");
        // The client names sets in its exceptions.
        builder.environment().put("PYTHONHASHSEED", "0");
        Process python = builder.start();
        boolean ended = python.waitFor(MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            python.destroyForcibly();
        }
        if (!ended || python.exitValue() != 0) {
            throw new AssertionError(
                    arguments + " failed:\n" + Files.readString(errors) + "\n" + Files.readString(output));
        }
        return Files.readAllBytes(output);
    }

    /** One of the acceptance tests' resources. */
    static byte[] resource(String name) {
        try (InputStream stream = PythonScripts.class.getResourceAsStream(RESOURCES + name)) {
            if (stream == null) {
                throw new AssertionError("no resource " + RESOURCES + name);
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
