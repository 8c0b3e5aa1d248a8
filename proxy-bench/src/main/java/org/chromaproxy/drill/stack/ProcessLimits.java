package org.chromaproxy.drill.stack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Limits of a running process, set with util-linux's {@code prlimit}. Only the soft limit, which needs no privilege. */
final class ProcessLimits {
    private static final long SECONDS = 10;

    private ProcessLimits() {}

    /** Lets it write no file beyond so many bytes: EFBIG, where a full disk gives ENOSPC. */
    static void fileSize(long pid, long bytes) {
        try {
            Process prlimit = new ProcessBuilder("prlimit", "--pid", Long.toString(pid), "--fsize=" + bytes + ":")
                    .redirectErrorStream(true)
                    .start();
            if (!prlimit.waitFor(SECONDS, TimeUnit.SECONDS) || prlimit.exitValue() != 0) {
                throw new StackException("prlimit failed: "
                        + new String(prlimit.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new StackException("prlimit (util-linux) is needed for the drill's full disk", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted in prlimit", e);
        }
    }
}
