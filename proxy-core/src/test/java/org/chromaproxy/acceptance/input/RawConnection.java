package org.chromaproxy.acceptance.input;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** One TCP connection to the proxy, on which a test sends exactly the bytes it wants. Reads end after 20 s. */
public final class RawConnection implements AutoCloseable {
    private static final int READ_TIMEOUT_MS = 20_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    /** A response as it stood on the wire; header names in lower case. */
    public record Response(int status, Map<String, String> headers, String body) {}

    public RawConnection(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** On a connection that is open, over TLS for one. */
    public RawConnection(Socket connected) throws IOException {
        socket = connected;
        socket.setSoTimeout(READ_TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    public RawConnection timeout(int milliseconds) throws IOException {
        socket.setSoTimeout(milliseconds);
        return this;
    }

    /** Sends text as it is; line ends are the caller's. */
    public RawConnection send(String text) throws IOException {
        out.write(text.getBytes(UTF_8));
        out.flush();
        return this;
    }

    /** Sends up to so many spaces; stops early when an answer arrives or the peer closes. */
    public void sendSpaces(long count, boolean chunked) throws IOException {
        byte[] block = " ".repeat(64 * 1024).getBytes(ISO_8859_1);
        try {
            for (long sent = 0; sent < count && in.available() == 0; sent += block.length) {
                if (chunked) {
                    out.write((Integer.toHexString(block.length) + "\r\n").getBytes(ISO_8859_1));
                }
                out.write(block);
                if (chunked) {
                    out.write("\r\n".getBytes(ISO_8859_1));
                }
            }
            out.flush();
        } catch (IOException peerHasEnough) {
            // What it had to say before it closed is still to be read.
        }
    }

    /** Ends the sending direction; the answer can still be read. */
    public void finishSending() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes with a reset, as when a client's machine dies. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Reads one response; {@link EOFException} when the peer closed before a whole one came. */
    public Response read() throws IOException {
        return read(true);
    }

    /** Reads the response to a HEAD, or an interim one: there is no body whatever the headers say. */
    public Response readHead() throws IOException {
        return read(false);
    }

    /** Whether the peer has closed: waits for it up to the read time-out, and allows nothing else to arrive. */
    public boolean closedByPeer() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException stillOpen) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private Response read(boolean withBody) throws IOException {
        String status = line();
        if (!status.matches("HTTP/1\\.[01] \\d{3} ?.*")) {
            throw new AssertionError("not a status line: " + status);
        }
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        int code = Integer.parseInt(status.substring(9, 12));
        return new Response(code, headers, withBody ? body(headers) : "");
    }

    private String body(Map<String, String> headers) throws IOException {
        if (headers.getOrDefault("transfer-encoding", "").equals("chunked")) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            for (int size = chunkSize(); size > 0; size = chunkSize()) {
                body.write(exactly(size));
                line();
            }
            line();
            return body.toString(UTF_8);
        }
        String length = headers.get("content-length");
        return new String(length == null ? in.readAllBytes() : exactly(Integer.parseInt(length)), UTF_8);
    }

    private int chunkSize() throws IOException {
        return Integer.parseInt(line(), 16);
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the body ended after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("closed after '" + line + "'");
            }
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(ISO_8859_1);
    }
}
