package org.chromaproxy.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.instance.Instances;

/**
 * The instances that the settings want out of use. Between two readings of the settings only the difference is done: an
 * operator's order in between holds until the settings say something else. Blocking, one thread at a time.
 */
public final class Drained {
    private final HealthChecker health;
    private final Instances instances;
    /** What has been done of it. */
    private final Set<String> drained = new TreeSet<>();

    public Drained(HealthChecker health, Instances instances) {
        this.health = health;
        this.instances = instances;
    }

    /** At start, when nothing leads yet: without asking whether others can take over. */
    public void begin(Set<String> names) {
        for (Instance instance : instances) {
            if (names.contains(instance.name())) {
                health.drain(instance, true).join();
                drained.add(instance.name());
            }
        }
    }

    /** Why these could not be drained now, instead of those before; empty if they could. Changes nothing. */
    public List<String> refusals(Set<String> names) {
        List<String> refusals = new ArrayList<>();
        boolean others = instances.stream().anyMatch(instance -> !names.contains(instance.name()) && serves(instance));
        for (Instance instance : instances) {
            if (!names.contains(instance.name()) || drained.contains(instance.name())) {
                continue;
            }
            switch (instance.state()) {
                case UP, DRAINING -> {
                    if (!others) {
                        refusals.add("drained: " + instance
                                + " is the last usable instance: without it no read and no write is served; bring"
                                + " another back first");
                    }
                }
                case NEEDS_RESYNC ->
                    refusals.add("drained: " + instance + " needs a resync: it is not in use anyway; leave it out");
                case STARTING, MAINTENANCE, DOWN -> {}
            }
        }
        return refusals;
    }

    /** Whether it can take over: it is up, or would be at once if it were not drained any more. */
    private boolean serves(Instance instance) {
        boolean back = drained.contains(instance.name()) && instance.state() == InstanceState.DRAINING;
        return instance.preferable() || back;
    }

    /** Resumes and drains what differs from before; returns what could not be done, which the next call tries again. */
    public List<String> change(Set<String> names) {
        List<String> failures = new ArrayList<>();
        for (Instance instance : instances) {
            if (!names.contains(instance.name()) && drained.remove(instance.name())) {
                health.resume(instance).join();
            }
        }
        for (Instance instance : instances) {
            if (names.contains(instance.name()) && !drained.contains(instance.name())) {
                String refusal = health.drain(instance, false).join();
                if (refusal.isEmpty()) {
                    drained.add(instance.name());
                } else {
                    failures.add("drained: " + refusal);
                }
            }
        }
        return failures;
    }
}
