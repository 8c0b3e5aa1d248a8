package org.chromaproxy.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** TCP ports of the loopback interface. */
final class FreePort {
    private FreePort() {}

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
