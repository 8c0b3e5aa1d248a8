package org.chromaproxy.copy;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.route.ChromaPaths;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The records of one collection on the instance they are copied to; every request is logged before it is sent. */
final class TargetRecords {
    private static final Logger LOG = LoggerFactory.getLogger(TargetRecords.class);
    private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Beyond this a wrong order costs less than writes that wait. */
    private static final int MAX_REORDERED = 20_000;

    /** An id no client uses. */
    private static final String NOBODY = "chroma-proxy:dimension";

    private final CopyServices services;
    private final CollectionEntry entry;
    private final Records there;
    private long copied;
    private long toldAt = System.nanoTime();

    TargetRecords(CopyServices services, CollectionEntry entry, Instance target) {
        this.services = services;
        this.entry = entry;
        this.there = new Records(services.remote(), entry, target);
    }

    /** Makes them the source's records of now, or of some moment while this runs, in the source's order. */
    void replaceAll(Records source, Runnable check) {
        boolean fresh = there.count() == 0;
        new InsertionOrder(source).read(page -> {
            check.run();
            if (!fresh) {
                delete(page.ids());
            }
            add(page);
            confirm(source, page);
        });
        if (!fresh) {
            there.idsBackwards(ids -> {
                check.run();
                delete(source.absent(ids));
            });
        }
    }

    /**
     * The same for some ids only. What is alike already stays where it is among the others: to replace it would move it to
     * the end.
     */
    void replace(Records source, Set<String> ids, Runnable check) {
        check.run();
        Set<String> differing = Records.differing(source, there, ids, check);
        delete(source, differing, check);
        addAll(source, source.inOrder(differing), check);
    }

    /**
     * Adds those at the end anew that came in another order than the source's: what was deleted and added again while it
     * was copied, and was copied before the target's lane replayed both. To be called while nothing is written on either
     * side.
     *
     * @param named so many records were named by what was replayed; no others can be out of their order, but for one
     *     that had to be replaced
     */
    void reorder(Records source, int named, Runnable check) {
        int count = source.count();
        if (named == 0 || count == 0 || there.count() != count) {
            return;
        }
        for (int size = Math.min(named, count); size <= MAX_REORDERED; size = Math.min(2 * size, count)) {
            check.run();
            List<String> right = source.ids(count - size, size);
            List<String> found = there.ids(count - size, size);
            if (right.equals(found)) {
                return;
            }
            if (Set.copyOf(right).equals(Set.copyOf(found))) {
                List<String> moved = right.subList(firstDifference(right, found), size);
                delete(source, moved, check);
                addAll(source, moved, check);
                return;
            }
            if (size == count) {
                // Not the same records: the copy is not whole, which is found by what comes next.
                return;
            }
        }
        LOG.warn(
                "{}: on {} some records may come in another order than on {}",
                entry,
                there.instance(),
                source.instance());
    }

    private static int firstDifference(List<String> one, List<String> other) {
        return IntStream.range(0, one.size())
                .filter(i -> !one.get(i).equals(other.get(i)))
                .findFirst()
                .orElseThrow();
    }

    /** An update of a record that is not there changes nothing but an open dimension. */
    void fixDimension(int dimension) {
        Map<String, Object> body = Map.of("ids", List.of(NOBODY), "embeddings", List.of(new float[dimension]));
        send("update", Members.bytes(body));
    }

    private void delete(Records source, Collection<String> ids, Runnable check) {
        source.pages(ids, page -> {
            check.run();
            delete(page);
        });
    }

    private void addAll(Records source, List<String> ids, Runnable check) {
        source.records(ids, page -> {
            check.run();
            add(page);
            confirm(source, page);
        });
    }

    /** An upsert would merge: whatever is there goes first. */
    private void delete(Collection<String> ids) {
        if (!ids.isEmpty()) {
            send("delete", Members.bytes(Map.of("ids", ids)));
        }
    }

    private void add(RecordPage page) {
        if (!page.ids().isEmpty()) {
            page.unwritable().ifPresent(id -> {
                throw new UncopyableException("the vector of record [" + id
                        + "] reads back with null: it holds a number that overflowed, and no server takes it back");
            });
            send("add", page.addition());
            copied += page.ids().size();
            tell();
        }
    }

    private void send(String operation, byte[] body) {
        Instance target = there.instance();
        UUID id = entry.place(target)
                .orElseThrow(() -> new StepException(entry + " is not on " + target))
                .instanceId();
        services.repair(
                entry.publicId(),
                entry.path(),
                target,
                new CopyServices.Request("POST", ChromaPaths.records(entry.path(), id, operation), body));
    }

    /**
     * What was written there reads back as it was here: this instance is written by nobody else now. A record that came
     * twice, because the source was written meanwhile, gets its later form.
     */
    private void confirm(Records source, RecordPage page) {
        Set<String> differing = source.differing(page, there.byIds(page.ids()));
        if (differing.isEmpty()) {
            return;
        }
        RecordPage now = source.byIds(differing);
        delete(differing);
        add(now);
        Set<String> still = source.differing(now, there.byIds(differing));
        if (!still.isEmpty()) {
            throw new UncopyableException(still.size() + " records read back from " + there.instance()
                    + " otherwise than they were written, such as ["
                    + still.iterator().next() + "]");
        }
    }

    private void tell() {
        if (System.nanoTime() - toldAt > TELL_NANOS) {
            toldAt = System.nanoTime();
            LOG.info("{}: {} records copied to {} so far", entry, copied, there.instance());
        }
    }
}
