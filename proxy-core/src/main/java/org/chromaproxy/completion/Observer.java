package org.chromaproxy.completion;

/** Hears of every exchange that has ended. All calls come from one thread, which is no event loop. */
public interface Observer extends AutoCloseable {
    /** It has ended. */
    void completed(Noted noted);

    /** Those that were there are told; called some times a second also when there were none. */
    void flush();

    /** There will be no more. */
    @Override
    void close();
}
