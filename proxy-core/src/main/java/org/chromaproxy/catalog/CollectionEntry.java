package org.chromaproxy.catalog;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;

/** One collection as the proxy knows it. Thread-safe for readers; see the package for who changes it. */
public final class CollectionEntry {
    private final UUID publicId;
    private final long createdLsn;
    private final Instant createdAt;
    private final Instances instances;
    private final ReadGate gate;
    private volatile Mapping.Path path;
    private volatile long deletedLsn;
    private volatile Map<String, Place> places;
    private volatile long catalogLsn;
    private volatile long deletingLsn;
    private volatile long closedBy;
    private volatile boolean dimensionKnown;

    CollectionEntry(Mapping mapping, Instances instances) {
        this.publicId = mapping.publicId();
        this.createdLsn = mapping.createdLsn();
        this.createdAt = mapping.createdAt();
        this.path = mapping.path();
        this.deletedLsn = mapping.deletedLsn();
        this.places = Map.copyOf(mapping.places());
        this.instances = instances;
        this.gate = new ReadGate(instances.size(), preferredLeader());
    }

    public UUID publicId() {
        return publicId;
    }

    /** Its public id for the id that some instance has it by; empty for any other id. Any thread. */
    public Optional<UUID> publicIdOf(UUID instanceId) {
        return places.values().stream().anyMatch(place -> place.instanceId().equals(instanceId))
                ? Optional.of(publicId)
                : Optional.empty();
    }

    public long createdLsn() {
        return createdLsn;
    }

    /** LSN of the record that deleted it, 0 while it is alive. */
    public long deletedLsn() {
        return deletedLsn;
    }

    public Mapping.Path path() {
        return path;
    }

    public ReadGate gate() {
        return gate;
    }

    public Optional<Place> place(Instance instance) {
        return Optional.ofNullable(places.get(instance.name()));
    }

    /** The first instance in configured order that holds it whole. */
    public int preferredLeader() {
        for (Instance instance : instances) {
            Place place = places.get(instance.name());
            if (place != null && place.state() == PlaceState.READY) {
                return instance.index();
            }
        }
        return 0;
    }

    /** Whether some other configured instance holds it whole. */
    public boolean wholeBeside(Instance instance) {
        for (Instance other : instances) {
            Place place = places.get(other.name());
            if (!other.equals(instance) && place != null && place.state() == PlaceState.READY) {
                return true;
            }
        }
        return false;
    }

    /** Whether every configured instance holds it and follows its lane. */
    public boolean complete() {
        for (Instance instance : instances) {
            Place place = places.get(instance.name());
            if (place == null || place.state() == PlaceState.COPYING || place.state() == PlaceState.DIVERGED) {
                return false;
            }
        }
        return true;
    }

    /** Whether its content may be read on that instance, catalog and lane considered. */
    public boolean readable(Instance instance, long catalogApplied) {
        Place place = places.get(instance.name());
        if (place == null || deletedLsn != 0) {
            return false;
        }
        boolean leads = gate.leader() == instance.index();
        return whole(place, leads) && gate.readable(instance.index()) && (leads || catalogApplied >= catalogLsn);
    }

    private static boolean whole(Place place, boolean leads) {
        return place.state() == PlaceState.READY || (leads && place.state() == PlaceState.UNVERIFIED);
    }

    /**
     * Whether that instance tells the collection's own fields as they are: those that catalog records set, and those that
     * follow from its records, as dimension and schema. Where no instance holds it whole, the former have to do.
     */
    public boolean describedBy(Instance instance, ReadGate catalog) {
        Place place = places.get(instance.name());
        int index = instance.index();
        if (place == null || deletedLsn != 0 || !catalog.readable(index, catalogLsn)) {
            return false;
        }
        return whole(place, gate.leader() == index) ? gate.readable(index) : !heldWhole() && !gate.dropping(index);
    }

    /** Whether that instance, once it has applied what it lacks, will tell the collection's own fields. */
    public boolean willBeDescribedBy(Instance instance) {
        Place place = places.get(instance.name());
        return place != null && deletedLsn == 0 && (whole(place, gate.leader() == instance.index()) || !heldWhole());
    }

    private boolean heldWhole() {
        for (Instance instance : instances) {
            Place place = places.get(instance.name());
            if (place != null && whole(place, gate.leader() == instance.index())) {
                return true;
            }
        }
        return false;
    }

    /** A catalog record naming this collection or what contains it is about to be sent. */
    public void touchedByCatalog(long lsn) {
        if (lsn > catalogLsn) {
            catalogLsn = lsn;
        }
    }

    /** A record that may delete it was logged: later writes wait until that is decided. */
    public void deleting(long lsn) {
        if (deletingLsn == 0) {
            deletingLsn = lsn;
        }
    }

    /** That record is decided. */
    public void deleteDecided(long lsn) {
        if (deletingLsn == lsn) {
            deletingLsn = 0;
        }
        if (closedBy == lsn) {
            closedBy = 0;
        }
    }

    /** No write to it gets an outcome from now on, until the record at {@code lsn}, which may delete it, is decided. */
    public void close(long lsn) {
        closedBy = lsn;
    }

    /** See {@link #close}. */
    public boolean closed() {
        return closedBy != 0;
    }

    /** Whether a write at that LSN has to wait for a record that may delete the collection before it. */
    public boolean waitsForDelete(long lsn) {
        long deleting = deletingLsn;
        return closed() || (deleting != 0 && deleting < lsn);
    }

    /** Whether the embeddings' dimension is fixed; until then no two writes commute. */
    public boolean dimensionKnown() {
        return dimensionKnown;
    }

    public void dimensionIsKnown() {
        dimensionKnown = true;
    }

    /** This entry as the log stores it. */
    public Mapping mapping() {
        return new Mapping(publicId, path, createdLsn, deletedLsn, createdAt, places);
    }

    void become(Mapping mapping) {
        path = mapping.path();
        places = Map.copyOf(mapping.places());
        deletedLsn = mapping.deletedLsn();
    }

    @Override
    public String toString() {
        return path.tenant() + "/" + path.database() + "/" + path.name() + " (" + publicId + ")";
    }
}
