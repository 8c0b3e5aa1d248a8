package org.chromaproxy.completion;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.chromaproxy.completion.Identity.Sampling;
import org.chromaproxy.http.ErrorResponses;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.http.TraceContext;

/** What was noted of one exchange, and how it ended. Read by observers, when it has ended. */
public final class Noted implements Trail {
    private static final int LONGEST_ID = 200;
    private static final String TRANSACTION_ID = "Transaction-ID";

    private final Origin origin;
    private final Identity identity;
    private final Instant startedAt = Instant.now();
    private final long startNanos = System.nanoTime();
    /** By {@link Mark}; 0 if it was not passed. */
    private final AtomicLongArray marks = new AtomicLongArray(Mark.COUNT);

    private volatile String instance = "";
    private String principal = "";
    private String transaction = "";
    private String error = "";
    private long bytesIn;
    private long bytesOut;
    private int status;
    private Ending ending = Ending.ANSWERED;
    private long endNanos = startNanos;
    private boolean over;

    /** A part of the exchange's time, by {@link System#nanoTime}. */
    public record Part(String name, long fromNanos, long toNanos) {}

    Noted(Origin origin, Sampling sampling) {
        this.origin = origin;
        this.identity = Identity.of(origin.parent(), sampling);
    }

    @Override
    public void principal(String name) {
        principal = name;
    }

    @Override
    public void received(int bytes) {
        // The rest of a refused body comes after the end.
        bytesIn += over ? 0 : bytes;
    }

    @Override
    public void sent(long bytes) {
        bytesOut += bytes;
    }

    @Override
    public void answer(HttpResponse response, int code) {
        status = code;
        error = ErrorResponses.tag(response);
        String id = response.headers().get(TRANSACTION_ID, "");
        transaction = id.length() <= LONGEST_ID ? id : id.substring(0, LONGEST_ID) + "...";
    }

    @Override
    public void answer(int code) {
        status = code;
    }

    @Override
    public void refused(ProxyError by) {
        status = by.status().code();
        error = by.tag();
    }

    @Override
    public void asked(String by) {
        instance = by;
        marks.set(Mark.FIRST_BYTE.slot, 0);
        marks.set(Mark.WHOLE.slot, 0);
        mark(Mark.ASKED, System.nanoTime());
    }

    @Override
    public void mark(Mark mark) {
        if (marks.get(mark.slot) == 0) {
            mark(mark, System.nanoTime());
        }
    }

    @Override
    public void mark(Mark mark, long nanos) {
        marks.set(mark.slot, nanos);
    }

    @Override
    public String traceparent() {
        return identity.traceparent();
    }

    @Override
    public void stamp(HttpHeaders headers) {
        String own = traceparent();
        if (!own.isEmpty()) {
            headers.set(TraceContext.TRACEPARENT, own);
        }
    }

    /** It has ended: from now on it is read only. False if it had before. */
    boolean ended(Ending how) {
        if (over) {
            return false;
        }
        over = true;
        endNanos = System.nanoTime();
        ending = how == Ending.CUT_OFF || error.isEmpty() ? how : Ending.REFUSED;
        return true;
    }

    /** What the request said of itself. */
    public Origin origin() {
        return origin;
    }

    /** The trace it belongs to. */
    public Identity identity() {
        return identity;
    }

    /** When its head was here. */
    public Instant startedAt() {
        return startedAt;
    }

    /** The same, by {@link System#nanoTime}. */
    public long startNanos() {
        return startNanos;
    }

    public long endNanos() {
        return endNanos;
    }

    /** The parts of its time that are known, in order; those of an instance overlap. */
    public List<Part> parts() {
        List<Part> parts = new ArrayList<>(6);
        long body = at(Mark.BODY);
        if (body == 0) {
            add(parts, "wait", startNanos, at(Mark.ASKED));
        } else {
            add(parts, "body", startNanos, body);
            add(parts, "queue", body, at(Mark.BATCH));
            add(parts, "commit", at(Mark.BATCH), at(Mark.COMMITTED));
            add(parts, "lane", at(Mark.COMMITTED), at(Mark.ASKED));
        }
        add(parts, "first_byte", at(Mark.ASKED), at(Mark.FIRST_BYTE));
        add(parts, "upstream", at(Mark.ASKED), at(Mark.WHOLE));
        return parts;
    }

    private long at(Mark mark) {
        return marks.get(mark.slot);
    }

    private static void add(List<Part> parts, String name, long from, long to) {
        if (from != 0 && to != 0) {
            parts.add(new Part(name, from, Math.max(from, to)));
        }
    }

    /** Who answered, or was asked last; empty: nobody. */
    public String instance() {
        return instance;
    }

    /** The name of the token; empty without one. */
    public String principal() {
        return principal;
    }

    /** The id the client was told; empty for reads. */
    public String transaction() {
        return transaction;
    }

    /** The tag of the error the proxy answered with; empty if it did not. */
    public String error() {
        return error;
    }

    public long bytesIn() {
        return bytesIn;
    }

    public long bytesOut() {
        return bytesOut;
    }

    /** What the client was told; 0 if nothing. */
    public int status() {
        return status;
    }

    public Ending ending() {
        return ending;
    }
}
