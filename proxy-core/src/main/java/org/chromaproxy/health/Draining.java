package org.chromaproxy.health;

import java.util.function.ToLongFunction;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.instance.Instances;

/** Orders, of operators or of the settings, to take an instance out of use and back in. Confined to the health checker's loop. */
final class Draining {
    private static final String DRAINED = "drained: it leads nothing, and is neither read nor written until resumed";

    private final Instances instances;
    private final ToLongFunction<Instance> led;

    Draining(Instances instances, ToLongFunction<Instance> led) {
        this.instances = instances;
        this.led = led;
    }

    /** See {@link HealthChecker#drain}. */
    String begin(Instance instance, boolean force) {
        return switch (instance.state()) {
            case MAINTENANCE -> "";
            case NEEDS_RESYNC -> instance + " needs a resync: it is not in use anyway";
            case STARTING, DOWN -> {
                rest(instance, "drained while it was not in use: it stays out until resumed");
                yield "";
            }
            case UP, DRAINING -> {
                if (force) {
                    rest(instance, DRAINED + " (by force: others may not have had everything)");
                    yield "";
                }
                if (!others(instance)) {
                    yield instance + " is the last usable instance: without it no read and no write is served";
                }
                if (instance.state() == InstanceState.UP) {
                    HealthChecker.log(instance, "is being drained");
                    instance.become(InstanceState.DRAINING, "drained: handing leadership over");
                }
                yield "";
            }
        };
    }

    /** See {@link HealthChecker#resume}. */
    boolean end(Instance instance) {
        if (instance.state() == InstanceState.DRAINING) {
            instance.become(InstanceState.UP, "");
            return true;
        }
        if (instance.state() == InstanceState.MAINTENANCE) {
            instance.become(InstanceState.DOWN, "resumed: waiting for its probes");
            return true;
        }
        return false;
    }

    /** To be called a few times a second. */
    void advance(Instance instance) {
        if (instance.state() != InstanceState.DRAINING) {
            return;
        }
        long left = led.applyAsLong(instance);
        if (left == 0 && others(instance)) {
            rest(instance, DRAINED);
        } else {
            instance.explain(
                    InstanceState.DRAINING,
                    "drained: it still leads " + left + " collections, the catalog counted as one");
        }
    }

    private boolean others(Instance instance) {
        return instances.stream().anyMatch(other -> !other.equals(instance) && other.preferable());
    }

    private static void rest(Instance instance, String why) {
        HealthChecker.log(instance, why);
        instance.become(InstanceState.MAINTENANCE, why);
    }
}
