package org.chromaproxy.lane.work;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.time.Clock;

/** Turns of writes on each instance. Thread-safe. */
public final class InstanceWriteTurns {
    private final Map<Instance, WriteTurns> turns = new ConcurrentHashMap<>();

    public WriteTurns on(Instance instance, Clock clock) {
        return turns.computeIfAbsent(instance, each -> new WriteTurns(clock::nanoTime, each::outstanding));
    }

    /** The writes that wait for their turn there. */
    public WriteTurns.Line line(Instance instance) {
        WriteTurns there = turns.get(instance);
        return there == null ? WriteTurns.Line.EMPTY : there.line();
    }
}
