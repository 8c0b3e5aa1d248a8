package org.chromaproxy.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** TCP ports of the loopback interface. */
public final class FreePort {
    private static final int HIGHEST = 65_535;

    private FreePort() {}

    /**
     * The first port from {@code wanted} on that is free now; for 0 any free one. Nothing reserves it: take it soon.
     *
     * @throws LocalServerException when there is none
     */
    public static int atOrAfter(int wanted) {
        for (int port = wanted; port <= HIGHEST; port++) {
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException inUse) {
                // The next one may be free.
            }
        }
        throw new LocalServerException("no port from " + wanted + " on is free");
    }

    /** The wanted port, or for 0 one that is free now. Nothing reserves it: take it soon. */
    static int orWanted(int wanted) throws IOException {
        if (wanted != 0) {
            return wanted;
        }
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
