package org.chromaproxy.main;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.Map;
import org.chromaproxy.admit.ConnectionBound;
import org.chromaproxy.admit.MemoryBudget;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.MemoryPlan;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the account of clients' memory, of what the configuration and this system have room for. */
final class ClientBudget {
    private static final Logger LOG = LoggerFactory.getLogger(ClientBudget.class);
    /** File descriptors for what is not a client's connection: the servers', the log's, the jar. */
    private static final int OTHER_DESCRIPTORS = 512;

    /** Connections that have given their place away, and are not closed yet. */
    private static final int LEAVING = 1_024;

    private ClientBudget() {}

    static MemoryBudget of(Config config) {
        MemoryPlan plan = config.memory();
        int connections = descriptors(config.mostConnections());
        Map<MemoryBudget.Kind, Long> limits = new EnumMap<>(MemoryBudget.Kind.class);
        long places = (long) connections + ConnectionBound.PROBES + LEAVING;
        limits.put(MemoryBudget.Kind.CONNECTIONS, places * plan.connectionBytes());
        limits.put(MemoryBudget.Kind.HEADS, plan.heads());
        limits.put(MemoryBudget.Kind.SMALL_BODIES, plan.smallBodies());
        limits.put(MemoryBudget.Kind.LARGE_BODIES, plan.largeBodies());
        limits.put(MemoryBudget.Kind.ANSWERS, plan.answers());
        limits.put(MemoryBudget.Kind.COLLECTED, plan.collected());
        return new MemoryBudget(limits, new ConnectionBound(connections, System::nanoTime));
    }

    /** Where descriptors run out, nobody is accepted, not even a probe. */
    private static int descriptors(int wanted) {
        long most = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
        long spare = Math.max(most / 2, most - OTHER_DESCRIPTORS - ConnectionBound.PROBES);
        if (spare >= wanted) {
            return wanted;
        }
        LOG.warn(
                "this process may open {} files: at most {} client connections, though there is memory for {}; raise the"
                        + " limit (ulimit -n, or LimitNOFILE of systemd)",
                most,
                spare,
                wanted);
        return (int) spare;
    }
}
