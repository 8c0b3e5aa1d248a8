package org.chromaproxy.exchange.read;

import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.exchange.ReadWeights;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.route.ChromaPaths;
import org.jspecify.annotations.Nullable;

/** Where a read may go: the leader or an in-sync follower, and under which path there. */
public class ReadTarget {
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int NOT_IMPLEMENTED = 501;
    private static final int PRECONDITION_FAILED = 412;

    private final ExchangeServices services;
    private final Optional<CollectionEntry> collection;
    private final Function<Instance, String> uri;

    /** @param collection whose records are read; empty for reads of the catalog or the server */
    public ReadTarget(ExchangeServices services, Optional<CollectionEntry> collection, Function<Instance, String> uri) {
        this.services = services;
        this.collection = collection;
        this.uri = uri;
    }

    /** The same for a collection's own fields: name, metadata, configuration, and its dimension and schema, which follow from its records. */
    public static ReadTarget ofCollection(ExchangeServices services, CollectionEntry entry) {
        return new ReadTarget(services, Optional.of(entry), instance -> ChromaPaths.collection(entry.path())) {
            @Override
            boolean readable(Instance instance) {
                return entry.describedBy(instance, services.proxy().catalog().gate());
            }
        };
    }

    /** Whose records, or fields, are read; empty for reads of the catalog or the server. */
    Optional<CollectionEntry> collection() {
        return collection;
    }

    String uri(Instance instance) {
        return uri.apply(instance);
    }

    /**
     * An instance for this read: by their weights, or else followers first for the configured share of reads, then the least
     * busy. One that is being drained only where there is no other.
     */
    public Optional<Instance> choose(Set<Instance> failed) {
        collection.ifPresent(entry -> entry.gate().noteRead());
        ReadWeights reads = services.limits().reads();
        return Optional.ofNullable(reads.given() ? byWeight(failed, reads) : byRole(failed, reads.followers()));
    }

    /**
     * The same for a read that keeps a server busy: one that leads nothing, so that writes go on, if there is one in use.
     *
     * @param anyway whether one that leads will do although another is in use, which is not in sync
     */
    Optional<Instance> chooseAside(Set<Instance> failed, boolean anyway) {
        Set<Instance> passed = new HashSet<>(failed);
        services.proxy().instances().stream()
                .filter(instance -> instance.reads().heavy())
                .forEach(passed::add);
        Set<Instance> leading = new HashSet<>(passed);
        int catalog = services.proxy().catalog().gate().leader();
        services.proxy().instances().stream()
                .filter(instance -> instance.index() == leaderIndex() || instance.index() == catalog)
                .forEach(leading::add);
        Optional<Instance> aside = choose(leading);
        boolean other = services.proxy().instances().stream()
                .anyMatch(instance -> instance.usable() && !leading.contains(instance));
        return aside.isPresent() || (other && !anyway) ? aside : choose(passed);
    }

    /** Each comes out as often as its part of the weights seen so far says: one pass, whoever may answer. */
    private @Nullable Instance byWeight(Set<Instance> failed, ReadWeights reads) {
        Instance chosen = null;
        Instance spare = null;
        Instance busy = null;
        Instance draining = null;
        int total = 0;
        for (Instance instance : services.proxy().instances()) {
            if (!instance.usable() || failed.contains(instance) || !readable(instance)) {
                continue;
            }
            int weight = reads.of(instance);
            if (instance.draining() || instance.resting()) {
                draining = instance;
            } else if (weight > 0 && busy(instance)) {
                busy = instance;
            } else if (weight == 0) {
                spare = spare == null || instance.outstanding() < spare.outstanding() ? instance : spare;
            } else {
                total += weight;
                chosen = ThreadLocalRandom.current().nextInt(total) < weight ? instance : chosen;
            }
        }
        if (chosen != null || busy != null) {
            return chosen != null ? chosen : busy;
        }
        return spare != null ? spare : draining;
    }

    private @Nullable Instance byRole(Set<Instance> failed, double followers) {
        Instance follower = null;
        Instance leader = null;
        Instance busy = null;
        Instance draining = null;
        int leading = leaderIndex();
        int alike = 0;
        for (Instance instance : services.proxy().instances()) {
            if (!instance.usable() || failed.contains(instance) || !readable(instance)) {
                continue;
            }
            if (instance.draining() || instance.resting()) {
                draining = instance;
            } else if (busy(instance)) {
                busy = busy == null || instance.outstanding() < busy.outstanding() ? instance : busy;
            } else if (instance.index() == leading) {
                leader = instance;
            } else {
                long more = follower == null ? -1 : instance.outstanding() - follower.outstanding();
                if (more < 0) {
                    alike = 1;
                    follower = instance;
                } else if (more == 0 && ThreadLocalRandom.current().nextInt(++alike) == 0) {
                    // Of those that are equally busy any: else the first would get all that comes one at a time.
                    follower = instance;
                }
            }
        }
        boolean follow = follower != null
                && (leader == null || ThreadLocalRandom.current().nextDouble() < followers);
        if (follow) {
            return follower;
        }
        if (leader != null) {
            return leader;
        }
        return busy != null ? busy : draining;
    }

    /** Whether one could be asked besides that one and those. */
    boolean anotherThan(Instance instance, Set<Instance> failed) {
        Set<Instance> asked = new HashSet<>(failed);
        asked.add(instance);
        return choose(asked).isPresent();
    }

    private static boolean busy(Instance instance) {
        return instance.writes().busy() || instance.reads().heavy();
    }

    /** Whether an answer with that status tells of the server rather than of the request. */
    static boolean sick(int status) {
        return status == TOO_MANY_REQUESTS || (status >= 500 && status != NOT_IMPLEMENTED);
    }

    /** Whether Chroma answers so when it has deleted a collection's parts but not yet the collection (seen on 1.0.5). */
    static boolean betweenDeletes(int status) {
        return status == PRECONDITION_FAILED;
    }

    /** None could be chosen: a follower that waits for more to be sent does so no longer. */
    void hurry() {
        collection
                .filter(entry -> entry.gate().lingers())
                .ifPresent(entry -> services.lanes().wake(entry.publicId()));
    }

    private int leaderIndex() {
        Catalog catalog = services.proxy().catalog();
        return collection.map(CollectionEntry::gate).orElse(catalog.gate()).leader();
    }

    /** Whether what is read was deleted meanwhile: then no instance will ever answer. */
    Optional<CollectionEntry> gone() {
        return collection.filter(entry -> entry.deletedLsn() != 0);
    }

    /** Whether the catalog says that what is read exists under that path: no instance may deny it. */
    boolean living() {
        return collection.filter(entry -> entry.deletedLsn() == 0).isPresent();
    }

    /** Whether these are all that could be asked now or later: every instance in use. */
    boolean everyone(Set<Instance> asked) {
        return services.proxy().instances().stream().filter(Instance::usable).allMatch(asked::contains);
    }

    /** Whether the collection may be half deleted on that instance by now. */
    boolean beingDropped(Instance instance) {
        return collection
                .filter(entry -> entry.gate().dropping(instance.index()) || entry.deletedLsn() != 0)
                .isPresent();
    }

    boolean readable(Instance instance) {
        Catalog catalog = services.proxy().catalog();
        long applied = catalog.gate().applied(instance.index());
        return collection
                .map(entry -> entry.readable(instance, applied))
                .orElse(catalog.gate().readable(instance.index()));
    }

    /**
     * How each instance stands to this read, for somebody whom none of them served.
     *
     * @param failed those that could not be reached, or failed it
     * @param ailing of these, whose disk or database did
     */
    String standings(Set<Instance> failed, Set<Instance> ailing) {
        if (!services.admission().serving().getAsBoolean()) {
            return "this proxy does not know for certain that the log is its own";
        }
        return services.proxy().instances().stream()
                .map(instance -> instance.name() + " " + standing(instance, failed, ailing))
                .collect(Collectors.joining(", "));
    }

    private String standing(Instance instance, Set<Instance> failed, Set<Instance> ailing) {
        if (!instance.usable()) {
            return "is not in use (" + instance.state().name().toLowerCase(Locale.ROOT) + ")";
        }
        if (ailing.contains(instance)) {
            return "is up, but says that its disk or database fails";
        }
        if (failed.contains(instance)) {
            return "is up, but no connection to it could be used";
        }
        return readable(instance) ? "is up" : "is up, but has not everything of this yet";
    }
}
