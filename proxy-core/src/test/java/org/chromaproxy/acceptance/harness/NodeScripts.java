package org.chromaproxy.acceptance.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.local.LocalFolders;
import org.chromaproxy.local.NodeRuntime;
import org.chromaproxy.local.NpmPackage;

/** Scripts among the tests' resources, run by Node.js beside a pinned package of npm. */
public final class NodeScripts {
    private static final long MINUTES = 2;

    private final Path nodeModules;

    private NodeScripts(Path nodeModules) {
        this.nodeModules = nodeModules;
    }

    /**
     * With the packages that a folder among the resources pins; without their optional parts, which for Chroma's client are its
     * server.
     */
    public static NodeScripts of(String name) {
        Map<String, String> files = Map.of(
                "package.json", text(name + "/package.json"),
                "package-lock.json", text(name + "/package-lock.json"),
                ".npmrc", "omit=optional\n");
        return new NodeScripts(NpmPackage.ensure(LocalFolders.build("node").resolve(name), files, () -> {}));
    }

    /**
     * What the script prints; its first argument is the folder of the packages.
     *
     * @param folder where the script and its output are put
     * @throws AssertionError when it fails, with what it said
     */
    public byte[] run(String script, Path folder, String host, int port) throws Exception {
        Path output = Files.createTempFile(folder, "node", ".out");
        Path errors = Files.createTempFile(folder, "node", ".err");
        List<String> command = NodeRuntime.ensure()
                .command(
                        PythonScripts.file(script, folder).toString(),
                        nodeModules.toString(),
                        host,
                        Integer.toString(port));
        Process node = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        boolean ended = node.waitFor(MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            node.destroyForcibly();
        }
        if (!ended || node.exitValue() != 0) {
            throw new AssertionError(script + " failed:\n" + Files.readString(errors));
        }
        return Files.readAllBytes(output);
    }

    private static String text(String resource) {
        return new String(PythonScripts.resource(resource), UTF_8);
    }
}
