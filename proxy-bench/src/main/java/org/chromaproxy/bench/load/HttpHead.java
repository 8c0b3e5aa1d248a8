package org.chromaproxy.bench.load;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The head of one HTTP/1.1 message, as much of it as a benchmark needs. Made to cost little beside what is measured:
 * nothing is copied but what is asked for. Not for messages of strangers. Reused for every message of a connection.
 */
public final class HttpHead {
    private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ENCODING = "transfer-encoding:".getBytes(StandardCharsets.US_ASCII);
    private static final int LOWER_CASE = 0x20;

    private int lineEnd;
    private int length;
    private boolean chunked;

    /**
     * Reads a head.
     *
     * @return index of the first byte behind it, or -1 while it is incomplete
     */
    public int parse(ByteBuf in) {
        length = 0;
        chunked = false;
        int start = in.readerIndex();
        int end = in.writerIndex();
        int feed = in.indexOf(start, end, (byte) '\n');
        lineEnd = feed - 1;
        while (feed >= 0) {
            int next = feed + 1;
            feed = in.indexOf(next, end, (byte) '\n');
            if (feed == next + 1) {
                return feed + 1;
            }
            if (feed > 0) {
                header(in, next, feed);
            }
        }
        return -1;
    }

    private void header(ByteBuf in, int from, int to) {
        int first = in.getByte(from) | LOWER_CASE;
        if (first == 'c' && named(in, from, to, LENGTH)) {
            for (int i = from + LENGTH.length; i < to; i++) {
                int digit = in.getByte(i) - '0';
                length = digit >= 0 && digit <= 9 ? length * 10 + digit : length;
            }
        } else if (first == 't' && named(in, from, to, ENCODING)) {
            chunked = true;
        }
    }

    private static boolean named(ByteBuf in, int from, int to, byte[] name) {
        if (to - from < name.length) {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            int wanted = name[i];
            int found = in.getByte(from + i);
            if ((wanted == '-' || wanted == ':' ? found : found | LOWER_CASE) != wanted) {
                return false;
            }
        }
        return true;
    }

    /** Bytes of the body; 0 when no length was given. */
    public int length() {
        return length;
    }

    boolean chunked() {
        return chunked;
    }

    /** Index of the end of the first line, its carriage return. */
    public int lineEnd() {
        return lineEnd;
    }

    /** The status of a response whose head begins at the reader's index. */
    static int status(ByteBuf in) {
        int at = in.readerIndex() + "HTTP/1.1 ".length();
        return (in.getByte(at) - '0') * 100 + (in.getByte(at + 1) - '0') * 10 + in.getByte(at + 2) - '0';
    }
}
