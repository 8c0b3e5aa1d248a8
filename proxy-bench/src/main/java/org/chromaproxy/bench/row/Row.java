package org.chromaproxy.bench.row;

import org.chromaproxy.bench.report.Section;

/** One row of the table. Closing it ends what it started. */
public interface Row extends AutoCloseable {
    /** Starts what is compared and warms it up. */
    void prepare();

    /** Measures every target once, in an order that changes with the round's number. */
    void round(int number);

    /** What was measured so far, with goals. */
    Section section();

    @Override
    void close();
}
