package org.chromaproxy.copy;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares a place that was found with records in it against the leader, while both take writes. What differs, or was
 * touched, is compared once more while both lanes stand still. Blocking; one thread at a time.
 */
public final class Verifier {
    private static final Logger LOG = LoggerFactory.getLogger(Verifier.class);
    private static final int ROUNDS = 6;
    private static final int FEW = 1_000;
    /** So many differences are not a race with writers. */
    private static final int HOPELESS = 20_000;

    private final CopyServices services;

    public Verifier(CopyServices services) {
        this.services = services;
    }

    /**
     * Ends with the place READY, or DIVERGED with the reason.
     *
     * @throws StepException if it cannot be done now; it is to be called again
     */
    public void verify(CollectionEntry entry, Instance target) {
        Standstill still = new Standstill(entry, target, PlaceState.UNVERIFIED, services.lanesOf(entry));
        Optional<Set<String>> ids = Optional.empty();
        try {
            for (int round = 1; round <= ROUNDS; round++) {
                still.startReplay();
                Set<String> suspects = differing(entry, target, ids, still);
                Attempt attempt = new Attempt(entry, target, still, suspects, round == ROUNDS);
                if (suspects.size() > HOPELESS || still.whileStill(attempt::decide, round == ROUNDS)) {
                    conclude(entry, target, still, attempt);
                    return;
                }
                ids = attempt.next;
            }
        } finally {
            still.step(still.lanes().thaw(target.index()));
        }
    }

    private void conclude(CollectionEntry entry, Instance target, Standstill still, Attempt attempt) {
        Place found = entry.place(target).orElseThrow(() -> new StepException(entry + " is gone"));
        Optional<String> difference = attempt.settings.or(() -> difference(attempt.differing));
        if (difference.isEmpty()) {
            services.mappings().place(entry, target, new Place(found.instanceId(), PlaceState.READY, ""), List.of());
            LOG.info("{}: {} holds the same as the leader", entry, target);
            return;
        }
        String reason = "found with " + difference.get();
        LOG.error("{}: {} was {}. It is not read or written there; repair it by copy.", entry, target, reason);
        services.mappings().place(entry, target, new Place(found.instanceId(), PlaceState.DIVERGED, reason), List.of());
        still.step(still.lanes().detach(target));
    }

    private static Optional<String> difference(Set<String> differing) {
        return differing.stream()
                .findFirst()
                .map(example ->
                        differing.size() + " records that differ from the leader's, are missing or are too many,"
                                + " such as [" + example + "]");
    }

    /** The ids whose records differ just now; all of them are compared if none are given. */
    private Set<String> differing(CollectionEntry entry, Instance target, Optional<Set<String>> ids, Standstill still) {
        Records leader = new Records(services.remote(), entry, services.source(entry, target));
        Records other = new Records(services.remote(), entry, target);
        if (ids.isPresent()) {
            return Records.differing(leader, other, ids.get(), still::check);
        }
        Set<String> differing = new HashSet<>();
        leader.backwards(page -> {
            still.check();
            if (differing.size() <= HOPELESS) {
                differing.addAll(leader.differing(page, other.byIds(page.ids())));
            }
        });
        other.idsBackwards(page -> {
            still.check();
            differing.addAll(leader.absent(page));
        });
        return differing;
    }

    /** One look while both lanes stand still. */
    private final class Attempt {
        private final CollectionEntry entry;
        private final Instance target;
        private final Standstill still;
        private final boolean last;
        private Set<String> differing;
        private Optional<Set<String>> next = Optional.empty();
        private Optional<String> settings = Optional.empty();

        Attempt(CollectionEntry entry, Instance target, Standstill still, Set<String> suspects, boolean last) {
            this.entry = entry;
            this.target = target;
            this.still = still;
            this.differing = suspects;
            this.last = last;
        }

        boolean decide(long lsn) {
            next = still.step(still.lanes().touched()).map(touched -> {
                Set<String> both = new HashSet<>(touched);
                both.addAll(differing);
                return both;
            });
            if (!last && next.map(Set::size).orElse(Integer.MAX_VALUE) > FEW) {
                return false;
            }
            still.check();
            settings = new SettingsCopy(services, entry, target)
                    .lastingDifference()
                    .map(found -> "other settings (the leader's, its own): " + found);
            still.check();
            differing = settings.isPresent() ? Set.of() : differing(entry, target, next, still);
            still.keep();
            return true;
        }
    }
}
