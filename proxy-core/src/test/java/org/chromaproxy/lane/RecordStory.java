package org.chromaproxy.lane;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LoggedRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.TransactionState;

/** The lanes of a {@link LaneBed}'s collection, what happens to its servers, and what is known of them then. */
final class RecordStory {
    private static final int STEPS = 20;

    final LaneBed bed;
    final RecordLanes lanes;

    RecordStory(LaneBed bed) {
        this.bed = bed;
        this.lanes = bed.collection();
    }

    /** That record created the collection, which stands so on servers by name; others do not hold it. */
    static void put(LaneBed bed, long created, Map<String, Mapping.PlaceState> states) {
        if (bed.entry().createdLsn() != created) {
            bed.catalog.drop(bed.id);
        }
        Map<String, Mapping.Place> places = new HashMap<>();
        for (Instance each : bed.instances) {
            Mapping.PlaceState state = states.get(each.name());
            if (state != null) {
                places.put(each.name(), new Mapping.Place(LaneBed.instanceId(each), state, "a test"));
            }
        }
        bed.catalog.put(new Mapping(bed.id, LaneBed.PATH, created, 0, Instant.EPOCH, places));
        bed.entry().dimensionIsKnown();
    }

    /** The record of that LSN deletes the collection. */
    static void delete(LaneBed bed, long lsn) {
        Mapping now = bed.entry().mapping();
        bed.catalog.put(new Mapping(bed.id, LaneBed.PATH, now.createdLsn(), lsn, Instant.EPOCH, now.places()));
    }

    /** The dimension of the collection is not known any more. */
    static void forgetDimension(LaneBed bed) {
        bed.catalog.drop(bed.id);
        bed.put(Mapping.PlaceState.READY);
    }

    /** What a comparison comes to. */
    static CompletableFuture<ReadBack.Found> found(
            Map<Instance, String> differing, Set<Instance> unread, boolean absent) {
        return CompletableFuture.completedFuture(new ReadBack.Found(differing, unread, absent));
    }

    Lane lane(Instance instance) {
        return lanes.group().lane(instance.index());
    }

    Write offer(Write write) {
        return bed.offer(lanes, write);
    }

    /** The record of an earlier process, which may have been sent, and told as done. */
    Write offerRecovered(OpKind kind, String body) {
        return offer(Write.recovered(bed.record(kind, body, "")));
    }

    /** The server ends: what is under way there is not answered. */
    void down(Instance instance) {
        instance.become(InstanceState.DOWN, "a test");
        lanes.instanceChanged(instance);
        bed.io.reset(instance);
        bed.io.runDue();
    }

    void up(Instance instance) {
        instance.become(InstanceState.UP, "");
        lanes.instanceChanged(instance);
        bed.io.runDue();
    }

    void restart(Instance instance) {
        down(instance);
        up(instance);
    }

    /** Its writes fail, so that none is sent there. */
    static void failWrites(Instance instance) {
        for (int i = 0; i < 3; i++) {
            instance.writes().faulted("a test", Optional.empty());
        }
    }

    void seconds(int count) {
        for (int i = 0; i < count; i++) {
            bed.io.runFor(1_000);
            lanes.tick();
            bed.io.runDue();
        }
    }

    /** For so long, or until the write is decided, servers fail what names that record, and take all else. */
    void failing(String record, Write write, int seconds) {
        for (int i = 0; i < STEPS * seconds && !write.decided(); i++) {
            for (VirtualIo.Sent sent : bed.io.open()) {
                answer(record, sent);
            }
            bed.io.runFor(1_000 / STEPS);
            if (i % STEPS == 0) {
                lanes.tick();
                bed.io.runDue();
            }
        }
    }

    private static void answer(String record, VirtualIo.Sent sent) {
        if (sent.answer.isDone()) {
            return;
        }
        if (sent.body().contains('"' + record + '"')) {
            sent.fail();
            // Others write there, too, and that is applied.
            sent.instance.writes().succeeded();
        } else {
            sent.done();
        }
    }

    boolean leads(Instance instance) {
        return lanes.group().leads(lane(instance));
    }

    boolean canLead(Instance instance) {
        return lanes.group().semantics().canLead(lane(instance));
    }

    /** Whether nothing is compared, nor waits to be. */
    boolean settled() {
        return lanes.group().semantics().mayLinger(lanes.group().leader(), bed.upsert("settled"));
    }

    /** Whether clients may read the collection there. */
    boolean readable(Instance instance) {
        return bed.entry().readable(instance, Long.MAX_VALUE);
    }

    Mapping.Place place(Instance instance) {
        return bed.entry().place(instance).orElseThrow();
    }

    Mapping.PlaceState state(Instance instance) {
        return place(instance).state();
    }

    /** What the log keeps of the record's end. */
    Optional<TransactionState> outcome(Write write) {
        LoggedRecord logged = bed.log.page(bed.id, write.lsn() - 1).getFirst();
        return logged.outcome().map(Change.Outcome::state);
    }

    /** What its client was told by now. */
    WriteResult told(Write write) {
        if (!write.result().isDone()) {
            throw new AssertionError("nobody was told of record " + write.lsn());
        }
        return write.result().join();
    }

    int status(Write write) {
        return told(write).status();
    }

    /** Bodies of the requests that were sent there. */
    List<String> sentTo(Instance instance) {
        return bed.io.sent().stream()
                .filter(each -> each.instance == instance)
                .map(VirtualIo.Sent::body)
                .toList();
    }

    /** Bodies of those that are not answered. */
    List<String> openTo(Instance instance) {
        return bed.io.open().stream()
                .filter(each -> each.instance == instance)
                .map(VirtualIo.Sent::body)
                .toList();
    }
}
