package org.chromaproxy.upstream;

/** Where the memory of an answer that is collected whole is reserved before it is held. Called on the request's event loop. */
public interface AnswerMemory {
    /** Whether there are so many bytes more; then they are taken. */
    boolean reserve(int bytes);

    /** Gives bytes back. */
    void release(int bytes);

    /** Most bytes that the answer may have. */
    int most();

    /** Not in any account. */
    static AnswerMemory upTo(int most) {
        return new AnswerMemory() {
            @Override
            public boolean reserve(int bytes) {
                return true;
            }

            @Override
            public void release(int bytes) {}

            @Override
            public int most() {
                return most;
            }
        };
    }
}
