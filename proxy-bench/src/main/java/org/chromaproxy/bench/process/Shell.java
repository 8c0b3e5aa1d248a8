package org.chromaproxy.bench.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Short commands. */
final class Shell {
    private Shell() {}

    /** What a command prints, both streams, whatever its status; empty if it cannot be run. */
    static String output(String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            process.waitFor();
            return output;
        } catch (IOException missing) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        }
    }

    /** Where a program is, also if only root's search path has it. */
    static Optional<Path> find(String program) {
        String found = output("sh", "-c", "PATH=$PATH:/usr/sbin:/usr/local/sbin; command -v " + program);
        return found.isEmpty() ? Optional.empty() : Optional.of(Path.of(found));
    }
}
