package org.chromaproxy.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * TCP ports of the loopback interface, from a range that no other process of this class gives out of at the same time.
 * Nothing reserves the port given against anybody else: take it soon.
 */
public final class FreePort {
    private static final int HIGHEST = 65_535;
    private static final int FIRST = 12_000;
    private static final int PER_PROCESS = 400;
    private static final int PROCESSES = 50;

    /** The first port of this process's range is held as long as it lives: so everybody sees that the range is taken. */
    private static final ServerSocket CLAIM =
            claim((int) (ProcessHandle.current().pid() % PROCESSES));

    private static final AtomicInteger GIVEN = new AtomicInteger();

    private FreePort() {}

    /**
     * Takes a range that is free.
     *
     * @param wanted number of the first range to try
     * @throws LocalServerException when there is none
     */
    static ServerSocket claim(int wanted) {
        for (int i = 0; i < PROCESSES; i++) {
            int first = FIRST + (wanted + i) % PROCESSES * PER_PROCESS;
            try {
                return new ServerSocket(first, 1, InetAddress.getLoopbackAddress());
            } catch (IOException inUse) {
                // The next one may be free.
            }
        }
        throw new LocalServerException("no range of ports from " + FIRST + " on is free");
    }

    /**
     * A free port that this process did not give away lately, for a server that may die and come back where it was. It
     * lies below those that Linux gives to outgoing connections (32,768 and up): else, while the server is dead,
     * somebody's connection could take its port, or connect to itself through it.
     *
     * @throws LocalServerException when there is none
     */
    public static int next() {
        int offset = GIVEN.updateAndGet(last -> last % (PER_PROCESS - 1) + 1);
        return atOrAfter(CLAIM.getLocalPort() + offset);
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
