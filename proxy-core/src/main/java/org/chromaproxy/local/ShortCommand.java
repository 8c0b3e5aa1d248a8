package org.chromaproxy.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A command that ends by itself, such as an installer; it does not outlive this JVM. */
final class ShortCommand {
    private ShortCommand() {}

    /**
     * How it ended.
     *
     * @param output of both kinds, without blanks around it
     */
    record Result(int status, String output) {
        boolean succeeded() {
            return status == 0;
        }
    }

    /**
     * Runs it and waits for its end, without bound.
     *
     * @param log takes its output, anew
     * @throws IOException when the program is not there or cannot be run
     */
    static Result run(Path folder, Path log, List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        try (Reaper _ = Reaper.of(process)) {
            int status = process.waitFor();
            return new Result(status, Files.readString(log).strip());
        }
    }

    /** Ends the command, and what it started, if this JVM is told to stop while it runs. */
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
