package org.chromaproxy.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code postmaster.pid}: what a PostgreSQL server says of itself in its data directory. */
final class PostmasterFile {
    private static final int STATUS_LINE = 7;

    private final Path file;

    PostmasterFile(Path dataDirectory) {
        this.file = dataDirectory.resolve("postmaster.pid");
    }

    /** Whether the server with that process id takes connections. */
    boolean saysReady(long pid) throws IOException {
        List<String> lines = lines();
        return lines.size() > STATUS_LINE
                && lines.getFirst().strip().equals(Long.toString(pid))
                && lines.get(STATUS_LINE).strip().equals("ready");
    }

    /** The server left running by a process that is gone. */
    Optional<ProcessHandle> survivor() throws IOException {
        return owner().filter(PostmasterFile::isPostgres);
    }

    /**
     * Deletes the file if the process id in it belongs to somebody else by now, as happens when a container restarts:
     * PostgreSQL would take any living process for its predecessor, and refuse to start.
     */
    void deleteIfRecycled() throws IOException {
        if (owner().filter(process -> !isPostgres(process)).isPresent()) {
            Files.deleteIfExists(file);
        }
    }

    private Optional<ProcessHandle> owner() throws IOException {
        List<String> lines = lines();
        return lines.isEmpty()
                ? Optional.empty()
                : ProcessHandle.of(Long.parseLong(lines.getFirst().strip()));
    }

    private List<String> lines() throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException notRunning) {
            return List.of();
        }
    }

    private static boolean isPostgres(ProcessHandle process) {
        return process.info()
                .command()
                .map(command -> command.endsWith("postgres"))
                .orElse(false);
    }
}
