package org.chromaproxy.copy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.chromaproxy.blocking.Remote;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.CollectionSettings;
import org.jspecify.annotations.Nullable;

/**
 * Reads one collection on one instance, in pages bounded by records and, as far as records are alike, by bytes.
 *
 * <p>Where their order does not matter, pages go from the end to the start: deleting a record only moves others towards the start, so none that was there
 * all the time is ever skipped.
 */
final class Records {
    private static final int MAX_RECORDS = 500;
    /** One request names no more ids. */
    private static final int MAX_IDS = 5_000;

    /** Of records of which nothing is known: one of them may be as large as a body. */
    private static final int FIRST_RECORDS = 1;

    private static final int WANTED_BYTES = 4 << 20;
    /** Beyond this a page is asked for again in halves: an add of it would be more than an instance takes. */
    private static final int MAX_BYTES = 24 << 20;
    /**
     * So much of an answer is held; a page that is larger is asked for again in smaller ones. What is copied is in memory several times at
     * once: as it was read, as it is written, and in the log's queue.
     */
    private static final int HELD_BYTES =
            (int) Math.min(256 << 20, Math.max(8 << 20, Runtime.getRuntime().maxMemory() / 16));

    private static final int SMALLER = 4;

    private static final List<String> ALL = List.of("embeddings", "documents", "metadatas", "uris");

    private final Remote remote;
    private final CollectionEntry entry;
    private final Instance instance;
    private final BooleanSupplier givenUp;
    private int records = FIRST_RECORDS;
    private @Nullable Boolean cosine;

    Records(Remote remote, CollectionEntry entry, Instance instance) {
        this(remote, entry, instance, () -> false);
    }

    /** @param givenUp whether nobody waits for what is read any more; every question then ends with a {@link StepException} */
    Records(Remote remote, CollectionEntry entry, Instance instance, BooleanSupplier givenUp) {
        this.remote = remote;
        this.entry = entry;
        this.instance = instance;
        this.givenUp = givenUp;
    }

    Instance instance() {
        return instance;
    }

    /** Whether the collection's distance ignores the lengths of vectors; asks the instance once. */
    private boolean cosine() {
        Boolean known = cosine;
        if (known == null) {
            known = settings().cosine();
            cosine = known;
        }
        return known;
    }

    /** What the collection is there beside its records. */
    CollectionSettings settings() {
        String path = ChromaPaths.collection(entry.path());
        return CollectionSettings.of(remote.require(instance, path))
                .orElseThrow(() -> new StepException(instance + " answered " + path + " with something else"));
    }

    int count() {
        byte[] body = remote.require(instance, path("count"));
        return Members.tree(body).asInt();
    }

    /** Passes every page on, the last first; what is copied has to come in {@link InsertionOrder}. */
    void backwards(Consumer<RecordPage> consumer) {
        int end = count();
        while (end > 0) {
            int from = Math.max(0, end - records);
            Optional<RecordPage> found = page(Map.of("include", ALL, "offset", from, "limit", end - from), end - from);
            if (found.isPresent()) {
                RecordPage page = found.get();
                if (page.bytes() <= MAX_BYTES || end - from == 1) {
                    consumer.accept(page);
                    end = from;
                }
                learn(page);
            }
        }
    }

    /** Passes all ids on, in pages, the last first. */
    void idsBackwards(Consumer<List<String>> consumer) {
        for (int end = count(); end > 0; end = Math.max(0, end - MAX_RECORDS)) {
            int from = Math.max(0, end - MAX_RECORDS);
            consumer.accept(ids(from, end - from));
        }
    }

    /** So many ids from there on, in order of insertion. */
    List<String> ids(int from, int limit) {
        return get(Map.of("include", List.of(), "offset", from, "limit", limit)).ids();
    }

    /** Passes on the records of these ids that are there, page by page; no page is empty. */
    void records(List<String> ids, Consumer<RecordPage> consumer) {
        for (int from = 0; from < ids.size(); ) {
            int to = Math.min(ids.size(), from + records);
            Optional<RecordPage> found = page(Map.of("ids", ids.subList(from, to), "include", ALL), to - from);
            if (found.isPresent()) {
                RecordPage page = found.get();
                if (page.bytes() <= MAX_BYTES || to - from == 1) {
                    if (!page.ids().isEmpty()) {
                        consumer.accept(page);
                    }
                    from = to;
                }
                learn(page);
            }
        }
    }

    /** Those of these ids that are there, in order of insertion. */
    List<String> inOrder(Collection<String> ids) {
        List<String> ordered = new ArrayList<>();
        List<String> all = List.copyOf(ids);
        for (int from = 0; from < all.size(); from += MAX_IDS) {
            List<String> some = all.subList(from, Math.min(all.size(), from + MAX_IDS));
            ordered.addAll(get(Map.of("ids", some, "include", List.of())).ids());
        }
        return ordered;
    }

    /** The records of these ids that are there. */
    RecordPage byIds(Collection<String> ids) {
        return get(Map.of("ids", ids, "include", ALL));
    }

    /** Which of these ids are not there. */
    Set<String> absent(Collection<String> ids) {
        Set<String> absent = new TreeSet<>(ids);
        get(Map.of("ids", ids, "include", List.of())).ids().forEach(absent::remove);
        return absent;
    }

    /** Takes a page's size as what the next ones will be like. */
    void learn(RecordPage page) {
        if (!page.ids().isEmpty()) {
            long each = Math.max(1, page.bytes() / page.ids().size());
            records = (int) Math.max(1, Math.min(Math.min(MAX_RECORDS, 4L * records), WANTED_BYTES / each));
        }
    }

    /** The ids whose records a page of these and one of another instance's do not hold alike. */
    Set<String> differing(RecordPage here, RecordPage there) {
        Set<String> exactly = RecordPage.differing(here, there, false);
        return exactly.isEmpty() || !cosine() ? exactly : RecordPage.differing(here, there, true);
    }

    /**
     * Ids whose records the two sides do not hold alike at the moment.
     *
     * @param check called before each page
     */
    static Set<String> differing(Records one, Records other, Collection<String> ids, Runnable check) {
        Set<String> differing = new HashSet<>();
        one.pages(ids, page -> {
            check.run();
            RecordPage here = one.byIds(page);
            one.learn(here);
            differing.addAll(one.differing(here, other.byIds(page)));
        });
        return differing;
    }

    /** Cuts ids into pages of the size that fits now. */
    void pages(Collection<String> ids, Consumer<List<String>> consumer) {
        List<String> all = List.copyOf(ids);
        for (int from = 0; from < all.size(); ) {
            int to = Math.min(all.size(), from + records);
            consumer.accept(all.subList(from, to));
            from = to;
        }
    }

    /** Records of which more may be asked for than can be held: empty if so, and then fewer are to be asked for. */
    private Optional<RecordPage> page(Map<String, Object> query, int asked) {
        Optional<RecordPage> page = remote.readWithin(instance, path("get"), Members.bytes(query), HELD_BYTES)
                .map(RecordPage::of);
        if (page.isEmpty()) {
            if (asked == 1) {
                throw tooLarge();
            }
            records = Math.max(1, asked / SMALLER);
        }
        return page;
    }

    private RecordPage get(Map<String, Object> query) {
        return remote.readWithin(instance, path("get"), Members.bytes(query), HELD_BYTES)
                .map(RecordPage::of)
                .orElseThrow(this::tooLarge);
    }

    private StepException tooLarge() {
        return new StepException(entry + " has a record on " + instance + " of more than " + HELD_BYTES
                + " bytes: it cannot be read here; give the proxy more memory (MAX_MEMORY_MB)");
    }

    private String path(String operation) {
        if (givenUp.getAsBoolean()) {
            throw new StepException(entry + " on " + instance + " is read no further: nobody waits for it any more");
        }
        UUID id = entry.place(instance)
                .orElseThrow(() -> new StepException(entry + " is not on " + instance))
                .instanceId();
        return ChromaPaths.records(entry.path(), id, operation);
    }
}
