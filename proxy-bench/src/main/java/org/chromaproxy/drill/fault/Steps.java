package org.chromaproxy.drill.fault;

import java.io.IOException;

/** An injection of two steps without state of its own. */
record Steps(Step first, Step last) implements Injection {
    /** What may fail on files. */
    @FunctionalInterface
    interface Step {
        void run() throws IOException;
    }

    @Override
    public void begin() throws IOException {
        first.run();
    }

    @Override
    public void heal() throws IOException {
        last.run();
    }
}
