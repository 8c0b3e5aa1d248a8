package org.chromaproxy.metrics;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/** One kind of thing that one thread measures: written by that thread alone, drained by one other at a time. */
final class Cell {
    /** Never answered, and the classes 1xx to 5xx. */
    static final int CLASSES = 6;

    private static final long NANOS = 1_000;

    private final AtomicReference<@Nullable SingleWriterRecorder> recorder = new AtomicReference<>();
    private final AtomicLongArray ended = new AtomicLongArray(CLASSES);

    void record(long nanos) {
        SingleWriterRecorder own = recorder.getPlain();
        if (own == null) {
            own = new SingleWriterRecorder(Series.LONGEST_MICROS, Series.DIGITS);
            recorder.setRelease(own);
        }
        own.recordValue(Math.max(0, Math.min(Series.LONGEST_MICROS, nanos / NANOS)));
    }

    void count(int status) {
        int statusClass = status < 100 || status > 599 ? 0 : status / 100;
        ended.setRelease(statusClass, ended.getPlain(statusClass) + 1);
    }

    long ended(int statusClass) {
        return ended.getAcquire(statusClass);
    }

    /** Hands over what was recorded since the last call, if anything ever was. */
    void drain(Consumer<Histogram> to) {
        SingleWriterRecorder own = recorder.getAcquire();
        if (own != null) {
            to.accept(own.getIntervalHistogram());
        }
    }
}
