package org.chromaproxy.drill.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Takes in what happens during a run. Safe for any thread. */
public final class Recorder {
    private final long zero = System.nanoTime();
    private final AtomicLong ids = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private final List<Operation> operations = new ArrayList<>();
    private final List<Trouble> troubles = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();

    /** Nanoseconds since the run began. */
    public long now() {
        return System.nanoTime() - zero;
    }

    public long nextId() {
        return ids.incrementAndGet();
    }

    public synchronized void operation(Operation operation) {
        operations.add(operation);
        if (operation.kind().write() && operation.acknowledged().isPresent()) {
            acknowledged.incrementAndGet();
        }
    }

    /** Writes acknowledged so far. */
    long acknowledged() {
        return acknowledged.get();
    }

    public synchronized void injected(String fault, String target) {
        troubles.add(new Trouble(fault, target, now(), Long.MAX_VALUE, 0));
    }

    public synchronized void healed(String fault, String target) {
        replace(fault, target, open -> new Trouble(fault, target, open.injected(), now(), open.known()));
    }

    private void replace(String fault, String target, java.util.function.UnaryOperator<Trouble> change) {
        for (int i = troubles.size() - 1; i >= 0; i--) {
            Trouble open = troubles.get(i);
            if (open.fault().equals(fault) && open.target().equals(target) && open.healed() == Long.MAX_VALUE) {
                troubles.set(i, change.apply(open));
                return;
            }
        }
    }

    /** Notes a sample; the first one that shows an instance as not up is when its trouble became known. */
    public synchronized void sample(Sample sample) {
        samples.add(sample);
        for (int i = 0; i < troubles.size(); i++) {
            Trouble trouble = troubles.get(i);
            String state = sample.states().getOrDefault(instance(trouble.target()), "up");
            if (trouble.known() == 0 && trouble.healed() == Long.MAX_VALUE && !state.equals("up")) {
                troubles.set(
                        i,
                        new Trouble(
                                trouble.fault(), trouble.target(), trouble.injected(), trouble.healed(), sample.at()));
            }
        }
    }

    private static String instance(String target) {
        if (target.contains("PRIMARY")) {
            return "primary";
        }
        return target.contains("REPLICA") ? "replica" : "";
    }

    public synchronized History history(Run run) {
        List<Operation> ordered = new ArrayList<>(operations);
        ordered.sort(Comparator.comparingLong(Operation::begin));
        return new History(run, ordered, troubles, samples);
    }
}
