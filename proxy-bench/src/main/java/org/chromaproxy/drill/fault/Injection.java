package org.chromaproxy.drill.fault;

import java.io.IOException;

/** One fault done to one thing, and undone. */
interface Injection {
    void begin() throws IOException;

    /** Also called when {@link #begin} failed half-way. The server is up when it returns, though perhaps not caught up. */
    void heal() throws IOException;
}
