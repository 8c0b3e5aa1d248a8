package org.chromaproxy.instance;

import java.util.concurrent.atomic.AtomicInteger;

/** The reads under way on an instance whose filter keeps it busy: meanwhile it answers nobody who needs its database. Thread-safe. */
public final class ReadLoad {
    private final AtomicInteger heavy = new AtomicInteger();

    ReadLoad() {}

    /** One is sent there; {@link #ended} follows, whatever becomes of it. */
    public void begun() {
        heavy.incrementAndGet();
    }

    /** It is answered, or never will be. */
    public void ended() {
        heavy.decrementAndGet();
    }

    /** Whether there is one. */
    public boolean heavy() {
        return heavy.get() > 0;
    }
}
