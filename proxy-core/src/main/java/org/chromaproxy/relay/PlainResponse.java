package org.chromaproxy.relay;

/** The head of an answer of stated length. Reused. */
final class PlainResponse extends PlainHead {
    private static final byte[] VERSION = ascii("HTTP/1.1 ");
    private static final int STATUS_BYTES = 4;

    int status;

    private int status(int at) {
        int number = 0;
        for (int i = at; i < at + 3; i++) {
            number = number * 10 + (bytes[i] - '0');
        }
        return bytes[at + 3] == ' ' ? number : 0;
    }

    /** Reads the copied head; whatever its status is. */
    Verdict read() {
        if (filled < VERSION.length + STATUS_BYTES) {
            return unfinished();
        }
        int at = VERSION.length;
        while (at < filled && bytes[at] >= ' ' && bytes[at] < 0x7f) {
            at++;
        }
        if (at + 1 >= filled) {
            return unfinished();
        }
        if (!exactly(0, VERSION) || bytes[at] != '\r' || bytes[at + 1] != '\n') {
            return Verdict.OTHER;
        }
        status = status(VERSION.length);
        Verdict verdict = fields(at + 2);
        return verdict == Verdict.PLAIN && !contentStated ? Verdict.OTHER : verdict;
    }
}
