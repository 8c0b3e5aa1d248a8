package org.chromaproxy.relay;

import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.UUID;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.http.TraceContext;
import org.chromaproxy.wal.record.Mapping;

/**
 * The head of a read of a collection's records that names the collection by its id. Its fields are offsets into the copied
 * bytes. Reused.
 */
final class PlainRequest extends PlainHead {
    private static final byte[] POST = ascii("POST /api/v2/tenants/");
    private static final byte[] GET = ascii("GET /api/v2/tenants/");
    private static final byte[] DATABASES = ascii("/databases/");
    private static final byte[] COLLECTIONS = ascii("/collections/");
    private static final byte[] RECORDS = ascii("/get HTTP/1.1\r\n");
    private static final byte[] QUERY = ascii("/query HTTP/1.1\r\n");
    private static final byte[] COUNT = ascii("/count HTTP/1.1\r\n");
    private static final byte[] HEX = ascii("0123456789abcdef");
    private static final int ID_BYTES = 36;
    private static final boolean[] UNRESERVED = unreserved();
    private static final int[] DIGITS = digits();

    private int tenant;
    private int tenantEnd;
    private int database;
    private int databaseEnd;
    private int id;
    private long high;
    private long low;
    /** Whether a state of a trace stands there. */
    private boolean stated;

    int host;
    int hostEnd;
    /** Where the value stands that shows who asks, or -1. */
    int credential;

    int credentialEnd;
    /** Whether that value is the secret by itself. */
    boolean bare;
    /** Where the trace it belongs to stands, or -1; the line itself is among the dropped ones. */
    int parent;

    int parentEnd;

    /** Reads the copied head. */
    Verdict read() {
        boolean post = exactly(0, POST);
        host = -1;
        credential = -1;
        parent = -1;
        stated = false;
        if (!post && !exactly(0, GET)) {
            return begins(POST) || begins(GET) ? Verdict.INCOMPLETE : Verdict.OTHER;
        }
        int fields = path(post ? POST.length : GET.length, post);
        if (fields < 0) {
            // The line may only be cut; a longer wait than for the next piece is not worth it.
            return filled < LIMIT && !lineEnds() ? Verdict.INCOMPLETE : Verdict.OTHER;
        }
        Verdict verdict = fields(fields);
        boolean known = host >= 0 && !closes && (contentStated || !post) && (parent >= 0 || !stated);
        boolean complete = verdict != Verdict.PLAIN || known;
        return complete ? verdict : Verdict.OTHER;
    }

    /** Whether what is here is a beginning of that. */
    private boolean begins(byte[] text) {
        return filled < text.length && Arrays.equals(bytes, 0, filled, text, 0, filled);
    }

    private boolean lineEnds() {
        for (int i = 0; i < filled; i++) {
            if (bytes[i] == '\n') {
                return true;
            }
        }
        return false;
    }

    /** The offset of the first field, or -1. */
    private int path(int at, boolean post) {
        tenant = at;
        tenantEnd = segment(tenant);
        database = tenantEnd + DATABASES.length;
        if (dots(tenant, tenantEnd) || !exactly(tenantEnd, DATABASES)) {
            return -1;
        }
        databaseEnd = segment(database);
        id = databaseEnd + COLLECTIONS.length;
        if (dots(database, databaseEnd) || !exactly(databaseEnd, COLLECTIONS) || !id(id)) {
            return -1;
        }
        int tail = id + ID_BYTES;
        if (!post) {
            return exactly(tail, COUNT) ? tail + COUNT.length : -1;
        }
        if (exactly(tail, RECORDS)) {
            return tail + RECORDS.length;
        }
        return exactly(tail, QUERY) ? tail + QUERY.length : -1;
    }

    private int segment(int from) {
        int i = from;
        while (i < filled && bytes[i] > 0 && UNRESERVED[bytes[i]]) {
            i++;
        }
        return i;
    }

    /** Whether the segment is empty or one that a path normalisation would remove. */
    private boolean dots(int from, int to) {
        int i = from;
        while (i < to && bytes[i] == '.') {
            i++;
        }
        return i == to;
    }

    private boolean id(int from) {
        if (from + ID_BYTES > filled) {
            return false;
        }
        long first = 0;
        long second = 0;
        for (int i = 0, digit = 0; i < ID_BYTES; i++) {
            byte b = bytes[from + i];
            if (i == 8 || i == 13 || i == 18 || i == 23) {
                if (b != '-') {
                    return false;
                }
                continue;
            }
            int value = b < 0 ? -1 : DIGITS[b];
            if (value < 0) {
                return false;
            }
            if (digit < 16) {
                first = (first << 4) | value;
            } else {
                second = (second << 4) | value;
            }
            digit++;
        }
        high = first;
        low = second;
        return true;
    }

    @Override
    Verdict field(int name, int nameEnd, int value, int valueEnd) {
        switch (nameEnd - name) {
            case 4 -> {
                if (is(name, "host")) {
                    return host(name, value, valueEnd);
                }
            }
            // A page of another site may have to be told that it may read the answer.
            case 6 -> {
                if (is(name, "origin")) {
                    return Verdict.OTHER;
                }
            }
            case 10 -> {
                if (is(name, "tracestate") && !state(value, valueEnd)) {
                    return Verdict.OTHER;
                }
            }
            case 11 -> {
                if (is(name, "traceparent")) {
                    return parent(name, value, valueEnd);
                }
            }
            case 13 -> {
                if (is(name, "authorization")) {
                    return credential(name, value, valueEnd, false);
                }
            }
            case 14 -> {
                if (is(name, "x-chroma-token")) {
                    return credential(name, value, valueEnd, true);
                }
            }
            // What a server in front of us says of the client is completed on the ordinary way.
            case 15, 16, 17 -> {
                if (is(name, "x-forwarded-")) {
                    return Verdict.OTHER;
                }
            }
            default -> {}
        }
        return colon(value, valueEnd) < valueEnd ? Verdict.OTHER : Verdict.PLAIN;
    }

    /** Where a colon stands, behind which there could be a folded header's value; the end if there is none. */
    private int colon(int value, int valueEnd) {
        int i = value;
        while (i < valueEnd && bytes[i] != ':') {
            i++;
        }
        return i;
    }

    private boolean endsLike(int from, int end, String text) {
        return end - from >= text.length() && is(end - text.length(), text);
    }

    private Verdict host(int name, int value, int valueEnd) {
        if (host >= 0 || value == valueEnd) {
            return Verdict.OTHER;
        }
        int port = colon(value, valueEnd);
        if (endsLike(value, port, "content-length") || endsLike(value, port, "transfer-encoding")) {
            // With a port it looks like a folded header to the ordinary way.
            return Verdict.OTHER;
        }
        for (int i = value; i < valueEnd; i++) {
            boolean fits = i < port ? UNRESERVED[bytes[i]] : i == port || (bytes[i] >= '0' && bytes[i] <= '9');
            if (!fits) {
                return Verdict.OTHER;
            }
        }
        host = value;
        hostEnd = valueEnd;
        return dropLine(name, valueEnd);
    }

    /** It is for the proxy: it is not passed on. */
    private Verdict credential(int name, int value, int valueEnd, boolean bareToken) {
        if (credential >= 0 || colon(value, valueEnd) < valueEnd) {
            return Verdict.OTHER;
        }
        credential = value;
        credentialEnd = valueEnd;
        bare = bareToken;
        return dropLine(name, valueEnd);
    }

    /** One that is not right is for the ordinary way to leave out. */
    private Verdict parent(int name, int value, int valueEnd) {
        if (parent >= 0 || !TraceContext.valid(text(value, valueEnd))) {
            return Verdict.OTHER;
        }
        parent = value;
        parentEnd = valueEnd;
        return dropLine(name, valueEnd);
    }

    private boolean state(int value, int valueEnd) {
        stated = true;
        return TraceContext.validState(text(value, valueEnd));
    }

    private AsciiString text(int from, int to) {
        return new AsciiString(bytes, from, to - from, false);
    }

    private Verdict dropLine(int name, int valueEnd) {
        int lineEnd = valueEnd;
        while (bytes[lineEnd] != '\r') {
            lineEnd++;
        }
        return drop(name, lineEnd);
    }

    String method() {
        return bytes[0] == 'P' ? "POST" : "GET";
    }

    /** The path as it stands there; the client's until {@link #swap}. */
    String path() {
        int from = method().length() + 1;
        int to = id + ID_BYTES;
        while (bytes[to] != ' ') {
            to++;
        }
        return text(from, to).toString();
    }

    /** What the client says of its trace; empty if nothing. */
    CharSequence traceparent() {
        return parent < 0 ? "" : text(parent, parentEnd);
    }

    UUID collection() {
        return new UUID(high, low);
    }

    /** Whether the path's tenant and database are the collection's. */
    boolean leadsTo(CollectionEntry entry) {
        Mapping.Path path = entry.path();
        return same(tenant, tenantEnd, path.tenant()) && same(database, databaseEnd, path.database());
    }

    private boolean same(int from, int to, String text) {
        if (to - from != text.length()) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (bytes[i] != text.charAt(i - from)) {
                return false;
            }
        }
        return true;
    }

    /** Puts an instance's id where the client's is: both have 36 bytes. */
    void swap(UUID instanceId) {
        int at = digits(id, instanceId.getMostSignificantBits(), 0);
        digits(at, instanceId.getLeastSignificantBits(), 16);
    }

    private int digits(int from, long bits, int before) {
        int at = from;
        for (int i = 0; i < 16; i++) {
            int digit = before + i;
            if (digit == 8 || digit == 12 || digit == 16 || digit == 20) {
                at++;
            }
            bytes[at] = HEX[(int) (bits >>> (60 - 4 * i)) & 0xf];
            at++;
        }
        return at;
    }

    private static boolean[] unreserved() {
        boolean[] unreserved = new boolean[128];
        for (char c = '0'; c <= 'z'; c++) {
            unreserved[c] = Character.isLetterOrDigit(c);
        }
        for (byte mark : ascii("-._~")) {
            unreserved[mark] = true;
        }
        return unreserved;
    }

    private static int[] digits() {
        int[] values = new int[128];
        for (int c = 0; c < 128; c++) {
            values[c] = Character.digit((char) c, 16);
        }
        return values;
    }
}
