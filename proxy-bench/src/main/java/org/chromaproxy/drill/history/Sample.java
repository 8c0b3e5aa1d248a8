package org.chromaproxy.drill.history;

import java.util.Map;

/**
 * What the proxy's own status said at one moment.
 *
 * @param states instance → its state in the proxy's word; empty when the proxy gave no answer
 * @param pending writes not yet on every instance; -1 when unknown
 * @param silent how many proxies gave no answer at all, not even that they stand by
 */
public record Sample(long at, Map<String, String> states, long pending, int silent) {
    public Sample {
        states = Map.copyOf(states);
    }

    public boolean answered() {
        return !states.isEmpty();
    }

    public boolean allUp() {
        return answered() && states.values().stream().allMatch("up"::equals);
    }
}
