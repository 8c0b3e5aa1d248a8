package org.chromaproxy.acceptance.crash;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A balancer as operators put it in front of two proxies: each connection goes to the first whose {@code /health} answers
 * 200 at that moment; where there is none, it is closed.
 */
final class Balancer implements AutoCloseable {
    private static final int PATIENCE_MS = 2_000;

    private final List<Integer> ports;
    private final ServerSocket server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    Balancer(List<Integer> ports) {
        this.ports = ports;
        try {
            this.server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    private void accept() {
        try {
            while (!server.isClosed()) {
                Socket client = server.accept();
                threads.execute(() -> connect(client));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void connect(Socket client) {
        try (client) {
            for (int port : ports) {
                if (healthy(port)) {
                    try (Socket proxy = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        threads.execute(() -> pass(proxy, client));
                        pass(client, proxy);
                    }
                    return;
                }
            }
        } catch (IOException e) {
            // The client sees its connection close.
        }
    }

    private static boolean healthy(int port) {
        try (Socket proxy = new Socket(InetAddress.getLoopbackAddress(), port)) {
            proxy.setSoTimeout(PATIENCE_MS);
            proxy.getOutputStream()
                    .write("GET /health HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] line = proxy.getInputStream().readNBytes("HTTP/1.1 200".length());
            return new String(line, StandardCharsets.US_ASCII).equals("HTTP/1.1 200");
        } catch (IOException e) {
            return false;
        }
    }

    /** Until either side closes; then both are closed, which ends the other direction too. */
    private static void pass(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
        } catch (IOException e) {
            // As a balancer does: the other side is told by a close.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
