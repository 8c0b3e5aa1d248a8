package org.chromaproxy.adopt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.blocking.Waiting;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.copy.CopyServices;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.lane.Membership;
import org.chromaproxy.lane.Membership.Stillness;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an instance that lost its data, or that the log has let go of, one that this log meets for the first time: emptied,
 * without a place in any mapping, the catalog's lane at the log's end, a new incarnation. Adoption then fills it as it fills
 * any instance at its first meeting.
 *
 * <p>Until the new incarnation is durable the log says that the instance was let go of; so a run that is interrupted leaves
 * it out of use, and may be repeated. Blocking, for worker threads, one at a time.
 */
public final class Resync {
    private static final Logger LOG = LoggerFactory.getLogger(Resync.class);
    private static final long STEP_MS = 60_000;
    private static final long LEADERSHIP_MS = 120_000;
    private static final long QUIET_MS = 60_000;
    private static final int TRIES = 20;
    private static final int SHOWN = 1_000;

    private final CopyServices services;
    private final WitnessKeeper witnesses;
    private final Set<String> tenants;
    private final Membership membership;

    /** @param tenants that are looked at, beside those the catalog knows */
    public Resync(CopyServices services, WitnessKeeper witnesses, List<String> tenants) {
        this.services = services;
        this.witnesses = witnesses;
        this.tenants = Set.copyOf(tenants);
        this.membership = services.lanes().membership();
    }

    /**
     * Why it must not be done; empty if it may.
     *
     * @throws StepException if that cannot be told now
     */
    Optional<String> refusal(Instance instance, Repairs.Consent consent) {
        List<String> only = onlyHere(instance)
                .map(Resync::named)
                .filter(name -> !consent.lost().contains(name))
                .sorted()
                .toList();
        if (!only.isEmpty()) {
            return Optional.of("no other instance in use holds " + only.size() + " collections whole: "
                    + only.stream().limit(SHOWN).toList() + (only.size() > SHOWN ? " and others" : "")
                    + "; {\"lost\": [...]} that names every one of them deletes them");
        }
        if (instance.usable() && alone(services, instance)) {
            return Optional.of("no other instance is in use");
        }
        if (!consent.force() && witnesses.ours(instance) && witnesses.aheadOfLog(instance)) {
            return Optional.of(instance + " has applied more than the log knows, and perhaps more than any other: see"
                    + " \"log older than the servers\"; {\"force\": true} replaces it all the same");
        }
        if (!consent.force() && !witnesses.ours(instance)) {
            int alien = new BareInstance(services, instance, tenants).collections();
            if (alien > 0) {
                return Optional.of(instance + " holds " + alien
                        + " collections that do not come from this log; {\"force\": true} deletes them");
            }
        }
        return Optional.empty();
    }

    /** How operators name a collection. */
    private static String named(CollectionEntry entry) {
        Mapping.Path path = entry.path();
        return path.tenant() + "/" + path.database() + "/" + path.name();
    }

    /** Forgets collections that nobody else holds whole and that an operator gave up by name. */
    void lose(Instance instance, Set<String> names) {
        for (CollectionEntry entry :
                onlyHere(instance).filter(entry -> names.contains(named(entry))).toList()) {
            LOG.error("resync of {}: {} is lost, as was consented to: nobody else holds it whole", instance, entry);
            services.mappings().drop(entry);
            services.lanes().forget(entry.publicId());
        }
    }

    /** Collections of which no other instance in use holds a whole copy. */
    private Stream<CollectionEntry> onlyHere(Instance instance) {
        return onlyHere(services, instance);
    }

    static Stream<CollectionEntry> onlyHere(CopyServices services, Instance instance) {
        return List.copyOf(services.catalog().alive()).stream()
                .filter(entry -> services.instances().stream()
                        .filter(other -> !other.equals(instance) && other.preferable())
                        .noneMatch(other -> entry.place(other)
                                .map(place -> place.state() == PlaceState.READY)
                                .orElse(entry.createdLsn()
                                        > services.catalog().gate().applied(other.index()))));
    }

    /** Whether some instance in use may lead beside that one. */
    static boolean alone(CopyServices services, Instance instance) {
        return services.instances().stream().noneMatch(other -> !other.equals(instance) && other.preferable());
    }

    /** All of it; when it returns, the next probe lets the instance in, to be filled. */
    void run(Instance instance, Steps steps) {
        LOG.warn("resync of {}: what it holds is replaced", instance);
        steps.at("letting go");
        witnesses.letGo(instance);
        leave(instance);
        steps.at("waiting for other instances to lead");
        services.catalog().alive().stream()
                .filter(entry -> entry.gate().leader() == instance.index())
                .forEach(entry -> services.lanes().copying(entry.publicId()));
        leave(instance);
        if (!Waiting.until(() -> !leads(instance), LEADERSHIP_MS)) {
            throw new StepException("other instances do not come to lead all that " + instance + " led");
        }
        steps.at("waiting for requests under way");
        if (!Waiting.until(() -> instance.outstanding() == 0, QUIET_MS)) {
            throw new StepException(instance + " has not answered all it was sent before");
        }
        BareInstance bare = new BareInstance(services, instance, tenants);
        steps.at("setting aside what it holds");
        bare.clear();
        for (CollectionEntry entry : List.copyOf(services.catalog().alive())) {
            if (entry.place(instance).isPresent() && entry.deletedLsn() == 0) {
                services.mappings().unplace(entry, instance);
            }
        }
        steps.at("joining the catalog");
        bare.level(catalogLeader());
        witnesses.renew(instance, join(instance, bare));
        LOG.warn("resync of {}: it follows the catalog; its collections are copied next", instance);
    }

    private void leave(Instance instance) {
        membership.leave(instance).forEach(lane -> Waiting.forResult(lane, STEP_MS, "letting go of a lane"));
    }

    private boolean leads(Instance instance) {
        return services.catalog().gate().leader() == instance.index()
                || services.catalog().alive().stream()
                        .anyMatch(entry -> entry.gate().leader() == instance.index());
    }

    private Instance catalogLeader() {
        return services.instances().get(services.catalog().gate().leader());
    }

    /** The catalog's LSN from which on the instance follows: it has the tenants and databases of that moment. */
    private long join(Instance instance, BareInstance bare) {
        for (int i = 0; i < TRIES; i++) {
            Optional<Stillness> still = still();
            if (still.isPresent() && join(instance, bare, still.get())) {
                return still.get().lsn();
            }
        }
        throw new StepException("the catalog does not come to rest");
    }

    private Optional<Stillness> still() {
        List<Stillness> found = new ArrayList<>();
        Waiting.until(
                () -> {
                    await(membership.freeze()).ifPresent(found::add);
                    return !found.isEmpty();
                },
                STEP_MS / TRIES);
        return found.stream().findFirst();
    }

    private boolean join(Instance instance, BareInstance bare, Stillness still) {
        try {
            bare.level(services.instances().get(still.leader()));
            return await(membership.join(instance, still));
        } finally {
            await(membership.thaw(still));
        }
    }

    private static <T> T await(CompletableFuture<T> future) {
        return Waiting.forResult(future, STEP_MS, "the catalog's lanes");
    }

    /** Hears how far it is. */
    @FunctionalInterface
    interface Steps {
        void at(String step);
    }
}
