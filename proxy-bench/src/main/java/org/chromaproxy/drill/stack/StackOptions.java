package org.chromaproxy.drill.stack;

import java.util.List;
import java.util.Map;

/**
 * How a stack differs from the plain one.
 *
 * @param environment settings of the proxy, on top of its addresses
 * @param standby whether a second proxy stands by on the same log
 * @param jvmOptions of the proxy's JVM, such as a mutant's agent
 */
public record StackOptions(Map<String, String> environment, boolean standby, List<String> jvmOptions) {
    public static final StackOptions PLAIN = new StackOptions(Map.of(), false, List.of());

    public StackOptions {
        environment = Map.copyOf(environment);
        jvmOptions = List.copyOf(jvmOptions);
    }

    public StackOptions withStandby() {
        return new StackOptions(environment, true, jvmOptions);
    }
}
