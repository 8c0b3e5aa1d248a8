package org.chromaproxy.drill.load;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.chromaproxy.drill.history.Request;
import org.jspecify.annotations.Nullable;

/**
 * One keep-alive connection that sends each request exactly once: a library's own retries would hide what is looked for
 * here. Confined to one thread.
 */
final class Wire implements AutoCloseable {
    private static final int CONNECT_MS = 2_000;

    private final int timeoutMs;
    private @Nullable Socket socket;
    private InputStream in = InputStream.nullInputStream();

    /** @param timeoutMs the longest silence before a request is given up */
    Wire(int timeoutMs) {
        this.timeoutMs = timeoutMs;
    }

    /** A whole answer; header names in lower case. */
    record Answer(int status, Map<String, String> headers, String body) {}

    /**
     * Sends a request and reads its answer, over a new connection if there is none.
     *
     * @throws IOException when no whole answer came; the next call connects anew
     */
    Answer send(URI server, Request request) throws IOException {
        try {
            Socket open = socket;
            if (open == null) {
                open = connect(server);
            }
            open.getOutputStream().write(bytes(server, request));
            Answer answer = read();
            if (answer.headers().getOrDefault("connection", "").equalsIgnoreCase("close")) {
                close();
            }
            return answer;
        } catch (IOException | NumberFormatException e) {
            close();
            throw e instanceof IOException io ? io : new IOException("not HTTP: " + e.getMessage(), e);
        }
    }

    private Socket connect(URI server) throws IOException {
        Socket fresh = new Socket();
        fresh.connect(new InetSocketAddress(server.getHost(), server.getPort()), CONNECT_MS);
        fresh.setTcpNoDelay(true);
        fresh.setSoTimeout(timeoutMs);
        in = new BufferedInputStream(fresh.getInputStream());
        socket = fresh;
        return fresh;
    }

    private static byte[] bytes(URI server, Request request) {
        byte[] body = request.body().getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder()
                .append(request.method() + " " + request.path() + " HTTP/1.1\r\n")
                .append("Host: " + server.getHost() + ":" + server.getPort() + "\r\n");
        if (body.length > 0) {
            head.append("Content-Type: application/json\r\nContent-Length: " + body.length + "\r\n");
        }
        if (!request.transaction().isEmpty()) {
            head.append("Transaction-ID: " + request.transaction() + "\r\n");
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        all.writeBytes(body);
        return all.toByteArray();
    }

    private Answer read() throws IOException {
        String status = line();
        Map<String, String> headers = new TreeMap<>();
        for (String header = line(); !header.isEmpty(); header = line()) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        byte[] body = headers.containsKey("content-length")
                ? exactly(Integer.parseInt(headers.getOrDefault("content-length", "0")))
                : chunks(headers);
        return new Answer(Integer.parseInt(status.split(" ", 3)[1]), headers, new String(body, StandardCharsets.UTF_8));
    }

    private byte[] chunks(Map<String, String> headers) throws IOException {
        if (!headers.getOrDefault("transfer-encoding", "").equals("chunked")) {
            return new byte[0];
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
            body.writeBytes(exactly(size));
            line();
        }
        line();
        return body.toByteArray();
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the connection ended within the body");
        }
        return bytes;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection ended");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        Socket open = socket;
        socket = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // Nothing was to be sent over it any more.
            }
        }
    }
}
