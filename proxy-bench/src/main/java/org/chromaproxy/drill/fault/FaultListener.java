package org.chromaproxy.drill.fault;

/** Hears what the injector does. Called on the injector's threads, one call at a time. */
@FunctionalInterface
public interface FaultListener {
    /** A step of an episode. A fault acts at most from INJECTING to HEALED, and at least from INJECTED to HEALING. */
    enum Step {
        INJECTING,
        INJECTED,
        HEALING,
        HEALED
    }

    /** @param nanos monotonic clock, {@link System#nanoTime} */
    void told(Episode episode, Step step, long nanos);
}
