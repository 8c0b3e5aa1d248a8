package org.chromaproxy.wal.append;

import java.util.function.Consumer;

/**
 * Hears what became of one group of changes. At most one method is called, once, on the writer thread; none if this proxy
 * loses the log first.
 */
public interface ChangeListener {
    /** All of them are durable. */
    void durable();

    /**
     * PostgreSQL refuses one of them for good, such as a name that another mapping has taken: none of the group is
     * durable, nor will be.
     */
    void refused(String reason);

    /** A listener made of two callbacks. */
    static ChangeListener of(Runnable durable, Consumer<String> refused) {
        return new ChangeListener() {
            @Override
            public void durable() {
                durable.run();
            }

            @Override
            public void refused(String reason) {
                refused.accept(reason);
            }
        };
    }
}
