package org.chromaproxy.instance;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.chromaproxy.capability.Capabilities;
import org.chromaproxy.capability.Feature;

/**
 * What only some of the servers can do, as during an upgrade of one after the other, and what becomes of a write that needs
 * it. Servers that are out of use count with what was last seen of them; what was never seen does not. Thread-safe.
 */
public final class MixedReleases {
    private final List<Instance> all;
    private volatile boolean refuses = true;

    MixedReleases(List<Instance> all) {
        this.all = all;
    }

    /** Whether such writes are refused, or else taken with a warning where servers can be waited for. */
    public boolean refuses() {
        return refuses;
    }

    /** See {@link #refuses()}. */
    public void refuse(boolean now) {
        refuses = now;
    }

    /** What some servers have and others lack; empty while they are alike, or unknown. */
    public Set<Feature> differences() {
        Set<Feature> differences = EnumSet.noneOf(Feature.class);
        for (Instance instance : all) {
            for (Feature missing : instance.capabilities().missing()) {
                if (had(missing)) {
                    differences.add(missing);
                }
            }
        }
        return differences;
    }

    /** What that server lacks, another has, and an upgrade will bring: its writes wait there for that. */
    public Set<Feature> awaited(Instance instance) {
        Set<Feature> missing = instance.capabilities().missing();
        if (missing.isEmpty()) {
            return Set.of();
        }
        Set<Feature> awaited = EnumSet.noneOf(Feature.class);
        missing.stream().filter(feature -> feature.newer() && had(feature)).forEach(awaited::add);
        return awaited;
    }

    /** Whether some servers have a route for such requests and others have not. */
    public boolean differIn(String method, String path) {
        boolean had = false;
        boolean lacked = false;
        for (Instance instance : all) {
            Capabilities seen = instance.capabilities();
            had |= seen.hasRoute(method, path);
            lacked |= seen.lacksRoute(method, path);
        }
        return had && lacked;
    }

    private boolean had(Feature feature) {
        return all.stream().anyMatch(instance -> instance.capabilities().has(feature));
    }
}
