package org.chromaproxy.guide;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test that gives the commands of a guide in a folder of its own. */
public abstract class GuideWalk {
    @TempDir
    private Path folder;

    /** Where the guide's reader is. */
    protected final Path folder() {
        return folder;
    }

    /** Run by root, the embedded PostgreSQL becomes another user. */
    @BeforeEach
    final void letOthersIn() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** What the reader started again is nobody else's to stop. It has its folder on its command line. */
    @AfterEach
    final void nothingIsLeft() {
        ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .commandLine()
                        .filter(line -> line.contains(folder.toString()))
                        .isPresent())
                .forEach(ProcessHandle::destroyForcibly);
    }
}
