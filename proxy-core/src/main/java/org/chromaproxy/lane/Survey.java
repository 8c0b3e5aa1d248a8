package org.chromaproxy.lane;

import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;

/** What waits in the lanes of each instance, looked at about once a second. Each loop looks at its own lanes. */
final class Survey {
    private final Instances instances;
    private final Map<Object, Look> latest = new ConcurrentHashMap<>();

    Survey(Instances instances) {
        this.instances = instances;
    }

    /** One loop's look, at all its lanes. */
    final class Look {
        private final Instant[] oldest = new Instant[instances.size()];
        private final long[] behind = new long[instances.size()];
        private final boolean[] lingering = new boolean[instances.size()];

        Look() {
            Arrays.fill(oldest, Instant.MAX);
        }

        /** Something waits for that instance since then; {@link Instant#MAX} for nothing. */
        void waits(int instance, Instant since) {
            if (!since.equals(Instant.MAX)) {
                behind[instance]++;
                oldest[instance] = since.isBefore(oldest[instance]) ? since : oldest[instance];
            }
        }

        /** A lane of that instance waits for a moment, to be sent more at once. */
        void lingers(int instance) {
            lingering[instance] = true;
        }

        /** Tells the instances what all loops found together. */
        void publish(Object loop) {
            latest.put(loop, this);
            for (Instance instance : instances) {
                Instant waiting = Instant.MAX;
                long lanes = 0;
                boolean lingers = false;
                for (Look look : latest.values()) {
                    Instant its = look.oldest[instance.index()];
                    waiting = its.isBefore(waiting) ? its : waiting;
                    lanes += look.behind[instance.index()];
                    lingers |= look.lingering[instance.index()];
                }
                instance.pending().surveyed(waiting, lanes, lingers);
            }
        }
    }
}
