package org.chromaproxy.drill.net;

import io.netty.buffer.ByteBuf;
import java.util.Locale;

/** Follows HTTP/1.1 messages of one direction through chunks of any size: where heads and bodies begin and end. */
final class HttpScan {
    private static final String END_OF_HEAD = "\r\n\r\n";
    private static final String END_OF_CHUNKS = "\r\n0\r\n\r\n";
    private static final String LENGTH = "\r\ncontent-length:";
    private static final long CHUNKED = -1;

    enum Part {
        HEAD,
        BODY
    }

    /**
     * A run of bytes of one part of one message.
     *
     * @param first whether the part begins with it
     * @param lastOfMessage whether the message ends with it
     */
    record Step(Part part, int bytes, boolean first, boolean lastOfMessage) {}

    private final StringBuilder head = new StringBuilder();
    private String tail = "";
    private Part part = Part.HEAD;
    private boolean begun;
    private long left;

    /** The run that begins at {@code index}; one byte at least. */
    Step step(ByteBuf bytes, int index) {
        boolean first = !begun;
        begun = true;
        return part == Part.HEAD ? head(bytes, index, first) : body(bytes, index, first);
    }

    private Step head(ByteBuf bytes, int index, boolean first) {
        int at = index;
        while (at < bytes.writerIndex()) {
            head.append((char) (bytes.getByte(at++) & 0xff));
            if (endsWith(head, END_OF_HEAD)) {
                left = bodyLength(head.toString().toLowerCase(Locale.ROOT));
                head.setLength(0);
                begun = false;
                boolean last = left == 0;
                part = last ? Part.HEAD : Part.BODY;
                tail = "\r\n";
                return new Step(Part.HEAD, at - index, first, last);
            }
        }
        return new Step(Part.HEAD, at - index, first, false);
    }

    private Step body(ByteBuf bytes, int index, boolean first) {
        int run;
        if (left == CHUNKED) {
            run = chunked(bytes, index);
        } else {
            run = (int) Math.min(left, bytes.writerIndex() - index);
            left -= run;
        }
        boolean last = left == 0;
        if (last) {
            part = Part.HEAD;
            begun = false;
        }
        return new Step(Part.BODY, run, first, last);
    }

    /** Up to the end of the last chunk; data that looks like it would deceive this, and our own data does not. */
    private int chunked(ByteBuf bytes, int index) {
        StringBuilder seen = new StringBuilder(tail);
        int at = index;
        while (at < bytes.writerIndex()) {
            seen.append((char) (bytes.getByte(at++) & 0xff));
            if (endsWith(seen, END_OF_CHUNKS)) {
                left = 0;
                return at - index;
            }
        }
        tail = seen.substring(Math.max(0, seen.length() - END_OF_CHUNKS.length()));
        return at - index;
    }

    private static boolean endsWith(StringBuilder text, String end) {
        int from = text.length() - end.length();
        return from >= 0 && text.indexOf(end, from) == from;
    }

    private static long bodyLength(String head) {
        if (head.contains("\r\ntransfer-encoding: chunked")) {
            return CHUNKED;
        }
        int at = head.indexOf(LENGTH);
        if (at < 0) {
            return 0;
        }
        int from = at + LENGTH.length();
        return Long.parseLong(head.substring(from, head.indexOf("\r\n", from)).strip());
    }
}
