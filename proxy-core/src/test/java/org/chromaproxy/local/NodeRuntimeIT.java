package org.chromaproxy.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Node.js for the JavaScript client and for the oldest server, on machines that have none. */
class NodeRuntimeIT {
    @TempDir
    private Path folder;

    @Test
    void theOneOfPyPiRunsScriptsAndNpm() throws Exception {
        NodeRuntime node = NodeRuntime.ofPython(LocalFolders.build("node"), _ -> {});
        assertEquals("3", output(node.command("-e", "console.log(1 + 2)")));
        List<String> npm =
                Stream.concat(node.npm().stream(), Stream.of("--version")).toList();
        assertTrue(output(npm).matches("\\d+\\.\\d+\\.\\d+"), () -> "npm's version");
    }

    private String output(List<String> command) throws Exception {
        ShortCommand.Result result = ShortCommand.run(folder, folder.resolve("log"), command, Map.of());
        assertEquals(0, result.status(), result.output());
        return result.output();
    }
}
