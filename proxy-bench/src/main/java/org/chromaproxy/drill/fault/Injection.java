package org.chromaproxy.drill.fault;

import java.io.IOException;

/** One fault done to one thing, and undone. */
interface Injection {
    void begin() throws IOException;

    /** Also called when {@link #begin} failed half-way. The server is up when it returns, though perhaps not caught up. */
    void heal() throws IOException;

    /** What may fail on files. */
    @FunctionalInterface
    interface Step {
        void run() throws IOException;
    }

    /** One that needs no memory between its two steps. */
    static Injection of(Step begin, Step heal) {
        return new Injection() {
            @Override
            public void begin() throws IOException {
                begin.run();
            }

            @Override
            public void heal() throws IOException {
                heal.run();
            }
        };
    }
}
