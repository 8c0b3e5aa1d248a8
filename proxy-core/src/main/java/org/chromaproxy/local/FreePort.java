package org.chromaproxy.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/** TCP ports of the loopback interface. Nothing reserves the port given: take it soon. */
public final class FreePort {
    private static final int HIGHEST = 65_535;
    private static final int FIRST = 12_000;
    private static final int PER_PROCESS = 400;
    private static final int PROCESSES = 50;
    private static final AtomicInteger NEXT =
            new AtomicInteger((int) (ProcessHandle.current().pid() % PROCESSES) * PER_PROCESS);

    private FreePort() {}

    /**
     * A free port that this process did not give away lately, for a server that may die and come back where it was. It
     * lies below those that Linux gives to outgoing connections (32,768 and up): else, while the server is dead,
     * somebody's connection could take its port, or connect to itself through it.
     *
     * @throws LocalServerException when there is none
     */
    public static int next() {
        int offset = NEXT.getAndUpdate(last -> (last + 1) % (PROCESSES * PER_PROCESS));
        return atOrAfter(FIRST + offset);
    }

    /**
     * The first port from {@code wanted} on that is free now; for 0 the {@link #next()}: one that the kernel would give could
     * be the one it gave before, which nobody listens on yet.
     *
     * @throws LocalServerException when there is none
     */
    public static int atOrAfter(int wanted) {
        if (wanted == 0) {
            return next();
        }
        for (int port = wanted; port <= HIGHEST; port++) {
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException inUse) {
                // The next one may be free.
            }
        }
        throw new LocalServerException("no port from " + wanted + " on is free");
    }

    /** The wanted port, or for 0 the {@link #next()}. */
    static int orWanted(int wanted) {
        return wanted == 0 ? next() : wanted;
    }
}
