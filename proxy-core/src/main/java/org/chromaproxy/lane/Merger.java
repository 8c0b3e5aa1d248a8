package org.chromaproxy.lane;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.chromaproxy.merge.MergeBounds;
import org.chromaproxy.merge.RecordArrays;
import org.chromaproxy.merge.Splice;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.wal.record.OpKind;

/**
 * Chroma takes ten times as many records in batches as one by one, so what has queued while a request was out goes as one:
 * neighbours of one kind with disjoint ids. Confined to the loop of its group.
 */
final class Merger {
    private final Lanes group;
    private final LaneSemantics semantics;
    private final Predicate<Write> waits;

    /** @param waits whether a record has to wait for another lane's before it may be sent */
    Merger(Lanes group, LaneSemantics semantics, Predicate<Write> waits) {
        this.group = group;
        this.semantics = semantics;
        this.waits = waits;
    }

    /** The head and what may go with it. */
    Batch from(Lane lane, Write head, byte[] body) {
        if (lane.queue.size() < 2 || lane.attempts().faults() > 0 || lane.alone() || !mergeable(head)) {
            return Batch.of(head, body);
        }
        Optional<RecordArrays> first = arrays(head);
        Footprint footprint = semantics.footprint(head);
        if (first.isEmpty() || !(footprint instanceof Footprint.Ids named)) {
            return Batch.of(head, body);
        }
        Collecting collecting = new Collecting(lane, head, first.get(), named);
        Iterator<Write> queue = lane.queue.iterator();
        queue.next();
        while (queue.hasNext() && collecting.take(queue.next())) {}
        return collecting.batch(body);
    }

    /** Whether it may become part of one request with others. */
    static boolean mergeable(Write write) {
        OpKind kind = write.kind();
        return (kind == OpKind.ADD || kind == OpKind.UPSERT || kind == OpKind.UPDATE)
                && !write.refused()
                && !write.targeted();
    }

    private static Optional<RecordArrays> arrays(Write write) {
        byte[] body = write.body();
        // Without embeddings, only an update is a whole request.
        return body == null
                ? Optional.empty()
                : RecordArrays.of(body).filter(arrays -> arrays.embeds() || write.kind() == OpKind.UPDATE);
    }

    /** A batch as it grows. */
    private final class Collecting {
        private final Lane lane;
        private final Write head;
        private final String path;
        private final List<Write> writes = new ArrayList<>();
        private final List<RecordArrays> parts = new ArrayList<>();
        private final Set<String> ids;
        private final int mostRecords;
        private final int mostBytes;
        private int records;
        private int bytes;

        Collecting(Lane lane, Write head, RecordArrays first, Footprint.Ids named) {
            this.lane = lane;
            this.head = head;
            this.path = head.pathIn(group.id());
            this.ids = new HashSet<>(named.ids());
            MergeBounds bounds = group.services().work().bounds();
            boolean crowded = group.services().stats().crowded();
            if (crowded) {
                group.services().stats().countReduction();
            }
            this.mostRecords = crowded ? bounds.fewRecords() : bounds.records();
            this.mostBytes = crowded ? MergeBounds.FEW_BYTES : MergeBounds.MAX_BYTES;
            add(head, first);
        }

        private void add(Write write, RecordArrays arrays) {
            writes.add(write);
            parts.add(arrays);
            records += arrays.records();
            bytes += arrays.bytes();
        }

        /** Takes the next record of the lane; false if the batch ends before it. */
        boolean take(Write write) {
            byte[] body = write.body();
            if (!alike(write)
                    || waits.test(write)
                    || body == null
                    || bytes + body.length > mostBytes
                    || records >= mostRecords) {
                return false;
            }
            if (!(semantics.footprint(write) instanceof Footprint.Ids named)
                    || !lane.cursor.window().admits(named)
                    || named.ids().stream().anyMatch(ids::contains)) {
                return false;
            }
            Optional<RecordArrays> arrays = arrays(write)
                    .filter(found -> records + found.records() <= mostRecords)
                    .filter(found -> parts.stream().allMatch(found::fits));
            arrays.ifPresent(found -> {
                ids.addAll(named.ids());
                add(write, found);
            });
            return arrays.isPresent();
        }

        private boolean alike(Write write) {
            return mergeable(write)
                    && write.lsn() <= lane.barrier()
                    && write.kind() == head.kind()
                    && write.decided() == head.decided()
                    && contentType(write).equals(contentType(head))
                    && write.pathIn(group.id()).equals(path);
        }

        private static String contentType(Write write) {
            return write.record().content().request().contentType();
        }

        Batch batch(byte[] alone) {
            return parts.size() == 1 ? Batch.of(head, alone) : new Batch(List.copyOf(writes), Splice.of(parts));
        }
    }
}
