package org.chromaproxy.http;

/** Where the memory of requests' heads is reserved before it is held. Thread-safe. */
public interface HeadMemory {
    /** There is always enough. */
    HeadMemory UNBOUNDED = new HeadMemory() {
        @Override
        public boolean reserve(int bytes) {
            return true;
        }

        @Override
        public void release(int bytes) {}
    };

    /** Whether there are so many bytes; then they are taken. */
    boolean reserve(int bytes);

    /** Gives bytes back. */
    void release(int bytes);
}
