package org.chromaproxy.exchange.read;

import java.util.HashSet;
import java.util.Set;
import org.chromaproxy.instance.Instance;

/**
 * What the tries of one read came to, and whether one more is worth it. Every try that may be blamed on the read itself counts;
 * one that a server's disk or database failed does not: only the time of the read ends these. Confined to the exchange's loop.
 */
final class ReadTries {
    private static final long RETRY_MS = 20;
    private static final long MAX_RETRY_MS = 500;
    /** Answers like 500 that are not passed on: Chroma gives some when a query meets a delete (seen on 1.0.5). */
    private static final int MAX_SICK = 2;
    /** So often in about a second it has to be said that a living collection does not exist. */
    private static final int DENIALS = 6;
    /** A request that fails so often, on instances that are up, fails by itself. */
    private static final int MAX_FAILURES = 14;

    private final Set<Instance> failed = new HashSet<>(0);
    /** Who says that it does not exist, though it does. */
    private final Set<Instance> denied = new HashSet<>(0);
    /** Whose disk or database failed it last. */
    private final Set<Instance> ailing = new HashSet<>(0);

    private int failures;
    private int ailments;

    /** Those that are passed by until all have been asked. */
    Set<Instance> failed() {
        return failed;
    }

    /** Those that have said last that their disk or database fails. */
    Set<Instance> ailing() {
        return ailing;
    }

    /** Whether the read has not yet failed so often that it fails by itself. */
    boolean more() {
        return failures < MAX_FAILURES;
    }

    void unreachable(Instance instance) {
        ailing.remove(instance);
        failed.add(instance);
    }

    void failure(Instance instance) {
        failures++;
        unreachable(instance);
    }

    void ailment(Instance instance) {
        ailments++;
        failed.add(instance);
        ailing.add(instance);
    }

    /**
     * Everybody may be asked again after a while.
     *
     * @return that while, in milliseconds
     */
    long again() {
        failed.clear();
        return Math.min(MAX_RETRY_MS, RETRY_MS << Math.min(failures + ailments, MAX_FAILURES));
    }

    /**
     * Whether another try may better an answer, elsewhere or here a little later; what may not be passed on ends so, too.
     *
     * @param may whether the read can be tried again at all
     */
    boolean better(ReadAnswers.Worth worth, Instance instance, ReadTarget target, boolean may) {
        return switch (worth) {
            case OWN -> false;
            case FAILURE -> may && failures + ailments < MAX_SICK;
            case LACKING -> may && target.anotherThan(instance, failed);
            case DENIED -> {
                denied.add(instance);
                instance.rest();
                yield may && !(failures >= DENIALS && target.everyone(denied));
            }
            case SICK, FOREIGN -> {
                instance.rest();
                yield true;
            }
        };
    }
}
