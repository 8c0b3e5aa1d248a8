package org.chromaproxy.drill.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.chromaproxy.local.FreePort;

/** A server socket, a link to it, and connections through that link. */
final class Line implements AutoCloseable {
    static final int SOON_MS = 5000;
    private static final int FIRST_PORT = 10_000;

    private final Network network = new Network();
    /** Not one of the ports for outgoing connections: looking for a dead server there could find itself. */
    private final ServerSocket server =
            new ServerSocket(FreePort.atOrAfter(FIRST_PORT), 50, InetAddress.getLoopbackAddress());

    private final Link link;

    Line(Network.Protocol protocol) throws IOException {
        server.setSoTimeout(SOON_MS);
        link = network.link(FreePort.atOrAfter(FIRST_PORT), server.getLocalPort(), protocol);
        // The link's own look at the server, then the first connection.
        Awaitility.await("the link to listen").atMost(Duration.ofSeconds(10)).until(this::connects);
        server.accept().close();
    }

    private boolean connects() {
        try (Pair pair = open()) {
            return pair.client().isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    Link link() {
        return link;
    }

    ServerSocket server() {
        return server;
    }

    /** Both ends of one connection. */
    record Pair(Socket client, Socket server) implements AutoCloseable {
        void request(String text) throws IOException {
            send(client, text);
        }

        void answer(String text) throws IOException {
            send(server, text);
        }

        private static void send(Socket from, String text) throws IOException {
            from.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        }

        /** The next bytes the server gets. */
        String arrived(int bytes) throws IOException {
            return read(server, bytes);
        }

        /** The next bytes the client gets. */
        String answered(int bytes) throws IOException {
            return read(client, bytes);
        }

        private static String read(Socket from, int bytes) throws IOException {
            from.setSoTimeout(SOON_MS);
            return new String(from.getInputStream().readNBytes(bytes), StandardCharsets.US_ASCII);
        }

        /** As {@code SO_LINGER 0} and close do. */
        void resetByClient() throws IOException {
            client.setSoLinger(true, 0);
            client.close();
        }

        @Override
        public void close() throws IOException {
            client.close();
            server.close();
        }
    }

    Socket connect(int withinMs) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), link.port()), withinMs);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    Pair open() throws IOException {
        Socket client = connect(SOON_MS);
        return new Pair(client, server.accept());
    }

    @Override
    public void close() throws IOException {
        network.close();
        server.close();
    }
}
