package org.chromaproxy.copy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads one collection from its first record to its last while it is written: what is added page by page from here has
 * the order that {@code get}, its offsets and a delete's limit go by.
 *
 * <p>A delete moves what follows it towards the start, so the next page does not begin where the last one ended, but
 * behind the last record that was read and is still there. Records that are added meanwhile may be missing. Blocking, for
 * one use by one thread.
 */
final class InsertionOrder {
    private static final int IDS = 500;

    private final Records source;
    /** The last id of every block: it is still known where all of the latest one are deleted. */
    private final Set<String> ends = new HashSet<>();

    private Set<String> latest = Set.of();

    InsertionOrder(Records source) {
        this.source = source;
    }

    /** Passes every page on that has a record, the first one first; some records may come twice. */
    void read(Consumer<RecordPage> consumer) {
        int end = source.count();
        for (int next = 0; next < end; ) {
            int from = Math.max(0, next - IDS);
            List<String> ids = source.ids(from, 2 * IDS);
            int unread = unread(ids, next - from);
            if (unread == 0 && from > 0) {
                // So much was deleted that what was read lies before these.
                next = from;
                continue;
            }
            List<String> block = List.copyOf(ids.subList(unread, Math.min(ids.size(), unread + IDS)));
            if (block.isEmpty()) {
                return;
            }
            source.records(block, consumer);
            latest = Set.copyOf(block);
            ends.add(block.getLast());
            next = from + unread + block.size();
        }
    }

    /** Behind the last of these that was read; one that was read and is now further on was deleted and added anew. */
    private int unread(List<String> ids, int before) {
        for (int i = Math.min(ids.size(), before); i > 0; i--) {
            String id = ids.get(i - 1);
            if (latest.contains(id) || ends.contains(id)) {
                return i;
            }
        }
        return 0;
    }
}
