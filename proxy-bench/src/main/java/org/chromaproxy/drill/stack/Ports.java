package org.chromaproxy.drill.stack;

import java.util.concurrent.atomic.AtomicInteger;
import org.chromaproxy.local.FreePort;

/**
 * Ports that stay ours while nobody listens on them. They lie below those that Linux gives to outgoing connections (32,768
 * and up): else, while a server is dead, somebody's connection could take its port, or connect to itself through it.
 */
public final class Ports {
    private static final int FIRST = 12_000;
    private static final int PER_PROCESS = 400;
    private static final int PROCESSES = 50;
    private static final AtomicInteger NEXT =
            new AtomicInteger((int) (ProcessHandle.current().pid() % PROCESSES) * PER_PROCESS);

    private Ports() {}

    /** A free port that this process did not give away lately. */
    public static int next() {
        int offset = NEXT.getAndUpdate(last -> (last + 1) % (PROCESSES * PER_PROCESS));
        return FreePort.atOrAfter(FIRST + offset);
    }
}
