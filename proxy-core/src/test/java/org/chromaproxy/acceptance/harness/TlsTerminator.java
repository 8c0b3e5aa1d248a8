package org.chromaproxy.acceptance.harness;

import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLServerSocket;
import org.chromaproxy.support.Certificates;

/** TLS in front of a server that speaks plain HTTP, on loopback: what nginx or a sidecar does for a Chroma server. */
public final class TlsTerminator implements AutoCloseable {
    private final SSLServerSocket listener;
    private final URI target;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * @param target where it passes everything on to
     * @param authority whom it trusts
     * @param own what it shows
     */
    public TlsTerminator(String target, X509Bundle authority, X509Bundle own) throws Exception {
        this.target = URI.create(target);
        this.listener = (SSLServerSocket) Certificates.java(authority, Optional.of(own))
                .getServerSocketFactory()
                .createServerSocket(0, 100, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    public String url() {
        return "https://127.0.0.1:" + listener.getLocalPort();
    }

    private void accept() {
        try {
            while (!listener.isClosed()) {
                Socket client = listener.accept();
                threads.execute(() -> connect(client));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    /** A server that is gone ends the connection, as soon as there is one. */
    private void connect(Socket client) {
        try (client;
                Socket server = new Socket(target.getHost(), target.getPort())) {
            server.setTcpNoDelay(true);
            threads.execute(() -> pass(server, client));
            pass(client, server);
        } catch (IOException e) {
            // The proxy sees its connection close.
        }
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // Both are closed.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdownNow();
    }
}
