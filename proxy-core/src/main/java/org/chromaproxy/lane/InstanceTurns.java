package org.chromaproxy.lane;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.chromaproxy.instance.Instance;

/** Turns of one lane at a time on each instance. Thread-safe. */
final class InstanceTurns {
    private final Map<Instance, Turns> turns = new ConcurrentHashMap<>();

    Turns on(Instance instance) {
        return turns.computeIfAbsent(instance, each -> new Turns());
    }
}
