package org.chromaproxy.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instances that the settings want out of use. Between two readings of the settings only the difference is done: an
 * operator's order in between holds until the settings say something else. Blocking, one thread at a time.
 */
public final class Drained {
    private static final Logger LOG = LoggerFactory.getLogger(Drained.class);

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
                String refusal = health.drain(instance, true).join();
                if (refusal.isEmpty()) {
                    drained.add(instance.name());
                } else {
                    LOG.warn("drained: {}", refusal);
                }
            }
        }
    }

    /** Why these could not be drained now, instead of those before; empty if they could. Changes nothing. */
    public List<String> refusals(Set<String> names) {
        List<String> refusals = new ArrayList<>();
        boolean others = instances.stream().anyMatch(instance -> serves(instance, names));
        boolean later = others || instances.stream().anyMatch(instance -> returns(instance, names));
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
                case STARTING, DOWN -> {
                    if (!later) {
                        refusals.add("drained: " + instance + " is "
                                + instance.state().name().toLowerCase(Locale.ROOT)
                                + ", but the last one that can come back by itself: without it no read and no write is"
                                + " served until an operator brings another back; do that first");
                    }
                }
                case MAINTENANCE -> {}
            }
        }
        return refusals;
    }

    /**
     * Whether it can take over once these are drained: it is up and stays so, an operator having resumed it perhaps, or
     * would be up at once if it were not drained any more.
     */
    private boolean serves(Instance instance, Set<String> names) {
        return switch (instance.state()) {
            case UP -> stays(instance, names);
            case DRAINING -> released(instance, names);
            case STARTING, MAINTENANCE, DOWN, NEEDS_RESYNC -> false;
        };
    }

    /** Whether it may be up later without an operator, once these are drained. */
    private boolean returns(Instance instance, Set<String> names) {
        return switch (instance.state()) {
            case STARTING, DOWN -> stays(instance, names) && !instance.letGo();
            case MAINTENANCE -> released(instance, names) && !instance.letGo();
            case UP, DRAINING, NEEDS_RESYNC -> false;
        };
    }

    private boolean stays(Instance instance, Set<String> names) {
        return !names.contains(instance.name()) || drained.contains(instance.name());
    }

    private boolean released(Instance instance, Set<String> names) {
        return !names.contains(instance.name()) && drained.contains(instance.name());
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
