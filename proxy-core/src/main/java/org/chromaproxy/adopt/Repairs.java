package org.chromaproxy.adopt;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.blocking.Waiting;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.copy.Copier;
import org.chromaproxy.copy.CopyServices;
import org.chromaproxy.copy.Replacement;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Operators' repairs, one at a time and never beside adoption's own copies. Any thread; the work is the workers'. */
public final class Repairs {
    private static final Logger LOG = LoggerFactory.getLogger(Repairs.class);
    private static final int KEPT = 20;
    private static final long ADMITTED_MS = 60_000;
    private static final int TURNS = 10;
    private static final long TURN_MS = 1_000;

    /**
     * One repair and how far it is.
     *
     * @param what the collection, or the whole instance
     * @param step what is being done, or was when it ended
     * @param ended null while it goes on
     * @param failure why it ended early; empty otherwise
     */
    public record Job(
            String what,
            String instance,
            String step,
            Instant began,
            @Nullable Instant ended,
            String failure) {}

    private final CopyServices services;
    private final Adoption adoption;
    private final Resync resync;
    private final ExecutorService workers;
    private final List<Running> jobs = new ArrayList<>();

    public Repairs(CopyServices services, Adoption adoption, Resync resync, ExecutorService workers) {
        this.services = services;
        this.adoption = adoption;
        this.resync = resync;
        this.workers = workers;
    }

    /** The latest ones, newest first. */
    public synchronized List<Job> jobs() {
        return jobs.reversed().stream().map(job -> job.now).toList();
    }

    /**
     * Copies one collection anew to an instance.
     *
     * @param force also if its place there is not known to differ
     * @return why not, at once; otherwise the job, when it has ended
     */
    public Begun repair(CollectionEntry entry, Instance target, boolean force) {
        PlaceState state = state(entry, target);
        if (state == PlaceState.READY && !force) {
            return Begun.refused(entry + " is not known to differ on " + target + "; {\"force\": true} copies it anew"
                    + " all the same");
        }
        if (!target.usable()) {
            return Begun.refused(
                    target + " is " + target.state() + " (" + target.reason() + "): it cannot be copied to now");
        }
        if (entry.gate().leader() == target.index()) {
            return Begun.refused(entry + " is led by " + target + ": there is no better copy to repair it from");
        }
        return begin(entry.toString(), target, job -> {
            job.at("replacing");
            if (state(entry, target) != PlaceState.COPYING) {
                new Replacement(services).replace(entry, target);
            }
            job.at("copying");
            new Copier(services).fill(entry, target);
        });
    }

    private static PlaceState state(CollectionEntry entry, Instance target) {
        return entry.place(target).map(Place::state).orElse(PlaceState.DIVERGED);
    }

    /**
     * What an operator agrees to.
     *
     * @param force data that does not come from this log may be deleted
     * @param used an instance that is in use may be replaced
     * @param lost collections, by {@code tenant/database/name}, that may be lost: nobody else holds them whole
     */
    public record Consent(boolean force, boolean used, Set<String> lost) {
        /** To nothing but what is due. */
        static final Consent NONE = new Consent(false, false, Set.of());
    }

    /**
     * Replaces everything an instance holds that needs a resync, or that an operator does not trust. Blocks for a look at
     * the instances.
     */
    public Begun resync(Instance instance, Consent consent) {
        boolean used = instance.usable();
        if (instance.state() != InstanceState.NEEDS_RESYNC && !(used && consent.used())) {
            return Begun.refused(
                    instance.letGo()
                            ? instance + " needs a resync, but is " + instance.state()
                                    + ": its server must answer first"
                            : instance + " is " + instance.state() + ": it does not need a resync"
                                    + (used ? "; {\"in_use\": true} replaces what it holds all the same" : ""));
        }
        try {
            Optional<String> refusal = resync.refusal(instance, consent);
            if (refusal.isPresent()) {
                return Begun.refused(refusal.get());
            }
        } catch (StepException e) {
            return Begun.refused("it cannot be told now what " + instance + " holds: " + e.getMessage());
        }
        return begin("everything", instance, job -> {
            if (used) {
                job.at("taking it out of use");
                instance.become(InstanceState.NEEDS_RESYNC, "an operator has it filled anew");
            }
            resync.lose(instance, consent.lost());
            resync.run(instance, job::at);
            job.at("waiting for its probe");
            if (!Waiting.until(instance::usable, ADMITTED_MS)) {
                throw new StepException("it does not come up; when it does, it is filled");
            }
            job.at("copying");
            for (int i = 1; i <= TURNS && unfinished(instance) > 0; i++) {
                adoption.tick();
                if (unfinished(instance) > 0) {
                    Waiting.until(() -> unfinished(instance) == 0, i * TURN_MS);
                }
            }
            long left = unfinished(instance);
            long without = services.catalog().alive().stream()
                    .filter(entry -> state(entry, instance) == PlaceState.DIVERGED)
                    .count();
            if (left > 0) {
                job.at(left + " collections are left to be copied at adoption's next turns");
            } else if (without > 0) {
                throw new StepException(without + " collections cannot be copied; their places say why");
            } else {
                job.at("whole");
            }
        });
    }

    private long unfinished(Instance instance) {
        return services.catalog().alive().stream()
                .filter(entry -> switch (state(entry, instance)) {
                    case COPYING, UNVERIFIED -> true;
                    case DIVERGED -> entry.place(instance).isEmpty();
                    case READY -> false;
                })
                .count();
    }

    /** Resyncs what needs it and may be done without force. Blocks for a look at the instances. */
    public void resyncAll() {
        for (Instance instance : services.instances()) {
            if (instance.state() == InstanceState.NEEDS_RESYNC) {
                Begun begun = resync(instance, Consent.NONE);
                if (!begun.refusal().isEmpty()) {
                    LOG.warn("{} is not resynced automatically: {}", instance, begun.refusal());
                }
            }
        }
    }

    /** A repair that has begun, or why it has not. */
    public record Begun(String refusal, CompletableFuture<Job> ended) {
        static Begun refused(String why) {
            return new Begun(why, new CompletableFuture<>());
        }
    }

    private Begun begin(String what, Instance target, Work work) {
        Running job = new Running(what, target);
        synchronized (this) {
            if (jobs.stream().anyMatch(other -> other.now.ended() == null)) {
                return Begun.refused("another repair is under way: see repairs in /status");
            }
            jobs.add(job);
            while (jobs.size() > KEPT) {
                jobs.removeFirst();
            }
        }
        return new Begun("", CompletableFuture.supplyAsync(() -> done(job, work), workers));
    }

    private Job done(Running job, Work work) {
        try {
            adoption.exclusively(() -> work.on(job));
            job.end("");
        } catch (StepException e) {
            LOG.warn("the repair of {} on {} stopped: {}", job.now.what(), job.now.instance(), e.getMessage());
            job.end(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("the repair of {} on {} met a fault", job.now.what(), job.now.instance(), e);
            job.end(e.toString());
        }
        return job.now;
    }

    private interface Work {
        void on(Running job);
    }

    /** A repair and where it is; written by the one worker that does it. */
    private static final class Running {
        private volatile Job now;

        Running(String what, Instance target) {
            now = new Job(what, target.name(), "waiting for adoption's own work", Instant.now(), null, "");
        }

        void at(String step) {
            now = new Job(now.what(), now.instance(), step, now.began(), null, "");
        }

        void end(String failure) {
            now = new Job(now.what(), now.instance(), now.step(), now.began(), Instant.now(), failure);
        }
    }
}
