package org.chromaproxy.drill.fault;

import org.chromaproxy.drill.stack.ProxyProcess;
import org.chromaproxy.drill.stack.StackException;

/** Faults of a proxy. */
final class ProxyFaults {
    private ProxyFaults() {}

    static Injection of(Fault fault, ProxyProcess proxy) {
        return switch (fault) {
            case KILL -> Injection.of(proxy::kill, proxy::launchAgain);
            case BLIP, PAUSE -> Injection.of(proxy::pause, proxy::resume);
            case RESTART ->
                Injection.of(
                        () -> {
                            if (!proxy.terminate()) {
                                throw new StackException("the proxy did not stop within 30 s of SIGTERM");
                            }
                        },
                        proxy::launchAgain);
            default -> throw new IllegalArgumentException(fault + " does not happen to a proxy");
        };
    }
}
