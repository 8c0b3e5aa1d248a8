package org.chromaproxy.guide;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.chromaproxy.support.Programs;

/** The terminal of somebody who follows a guide: one shell, so that what a block sets holds in the next ones. */
public final class GuideShell implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Pattern COMMANDS = Pattern.compile("(?s)```bash\n(.*?)```");
    private static final String FOLLOWS = "\n@@ ends with ";

    private final Path folder;
    private final Path output;
    private final Process shell;
    private final Writer input;
    private int blocks;
    private int seen;

    /**
     * Starts it.
     *
     * @param folder where it works; the project's {@code bin} is made to be found there
     */
    public GuideShell(Path folder) throws IOException {
        this.folder = folder;
        output = folder.resolve("terminal.log");
        Files.createSymbolicLink(folder.resolve("bin"), Guide.file("bin"));
        ProcessBuilder builder = new ProcessBuilder("bash")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("PATH", Programs.path("curl", "openssl", "pgrep"));
        shell = builder.start();
        input = shell.outputWriter(StandardCharsets.UTF_8);
    }

    /** The blocks of commands of a guide, in order. */
    public static List<String> blocks(String guide) {
        return COMMANDS.matcher(Guide.text(guide))
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    /** What the commands print; fails when the last of them does, or when they never end. */
    public String run(String commands) throws IOException {
        Path block = Files.writeString(folder.resolve("block-" + blocks++), commands);
        input.write(". " + block + " </dev/null; echo '" + FOLLOWS.strip() + " '$?\n");
        input.flush();
        await(commands).atMost(PATIENCE).until(() -> printed().contains(FOLLOWS.strip()) || !shell.isAlive());
        String printed = printed();
        assertTrue(shell.isAlive(), printed);
        int end = printed.indexOf(FOLLOWS.strip());
        await(commands).until(() -> printed().indexOf('\n', end) > 0);
        String last = printed();
        int line = last.indexOf('\n', end);
        seen += line + 1;
        String words = last.substring(0, end);
        assertEquals(FOLLOWS.strip() + " 0", last.substring(end, line), words);
        return words;
    }

    private String printed() throws IOException {
        return Files.readString(output).substring(seen);
    }

    /** Ends the shell and what it still runs. */
    @Override
    public void close() {
        shell.descendants().forEach(ProcessHandle::destroyForcibly);
        shell.destroyForcibly();
    }
}
