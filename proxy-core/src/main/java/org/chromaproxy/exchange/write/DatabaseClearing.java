package org.chromaproxy.exchange.write;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.exchange.Exchange;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.lane.Write;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.route.Scope;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.wal.append.AppendListener;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;

/**
 * Before the deletion of a database is logged, behind which every tenant's creates and lists wait: where its collections may have
 * many records with array-valued metadata, which have to be deleted first, these collections are deleted one by one. That takes
 * their names at once, and their records in the background, a page at a time with everybody's requests in between. A few small
 * ones are left to the deletion itself. Confined to the exchange's loop.
 */
final class DatabaseClearing {
    private static final int FEW_COLLECTIONS = 3;
    /** A server deletes so many in less than a second. */
    private static final long FEW_RECORDS = 1_000;
    /** Deletions of collections under way: others' creates go between them. */
    private static final int AT_ONCE = 4;

    private static final long COUNT_MS = 5_000;
    private static final long LOOK_AGAIN_MS = 100;
    private static final byte[] NO_BODY = {};

    private final Exchange exchange;
    private final ExchangeServices services;
    private final Scope scope;
    private final long until;
    private final BooleanSupplier gone;
    private final Consumer<Boolean> cleared;
    /** Its collections by public id as it began: those that are made meanwhile may be of another database of this name. */
    private final Set<UUID> meant;

    private boolean small = true;
    private int underWay;
    private long records;
    private boolean over;

    private DatabaseClearing(
            Exchange exchange, ExchangeServices services, long until, BooleanSupplier gone, Consumer<Boolean> cleared) {
        this.gone = gone;
        this.exchange = exchange;
        this.services = services;
        this.scope = exchange.route().scope();
        this.until = until;
        this.cleared = cleared;
        this.meant = catalog().list(scope.tenant(), scope.database()).stream()
                .map(CollectionEntry::publicId)
                .collect(Collectors.toSet());
    }

    /**
     * Begins; {@code cleared} is called once, at once or later, on the exchange's loop: with false if it takes too long.
     *
     * @param until by {@link System#nanoTime}
     * @param gone whether nobody waits for it any more: then nothing further is deleted, and nobody called
     */
    static void begin(
            Exchange exchange, ExchangeServices services, long until, BooleanSupplier gone, Consumer<Boolean> cleared) {
        DatabaseClearing clearing = new DatabaseClearing(exchange, services, until, gone, cleared);
        List<CollectionEntry> arrays = clearing.withArrays();
        if (arrays.size() > FEW_COLLECTIONS) {
            clearing.small = false;
            clearing.next();
        } else if (arrays.isEmpty()) {
            clearing.next();
        } else {
            clearing.count(arrays);
        }
    }

    private Catalog catalog() {
        return services.proxy().catalog();
    }

    /** Its collections whose records may have such metadata; none where one is protected, which refuses the deletion. */
    private List<CollectionEntry> withArrays() {
        Collection<CollectionEntry> all = catalog().list(scope.tenant(), scope.database());
        if (all.stream().anyMatch(entry -> catalog().isProtected(entry.path().name()))) {
            return List.of();
        }
        return all.stream()
                .filter(entry ->
                        meant.contains(entry.publicId()) && !catalog().purges().flat(entry.publicId()))
                .toList();
    }

    private void count(List<CollectionEntry> arrays) {
        underWay = arrays.size();
        for (CollectionEntry entry : arrays) {
            Instance leader = services.proxy().instances().stream()
                    .filter(instance -> instance.index() == entry.gate().leader())
                    .findFirst()
                    .orElseThrow();
            Optional<String> path =
                    entry.place(leader).map(place -> ChromaPaths.records(entry.path(), place.instanceId(), "count"));
            if (path.isEmpty()) {
                counted(0);
                continue;
            }
            services.upstream()
                    .send(exchange.loop(), leader, UpstreamRequest.get(path.get()), COUNT_MS)
                    .whenComplete((answer, error) ->
                            counted(answer != null && answer.success() ? number(answer.text()) : FEW_RECORDS + 1));
        }
    }

    private static long number(String text) {
        String digits = text.strip();
        return digits.matches("\\d{1,18}") ? Long.parseLong(digits) : FEW_RECORDS + 1;
    }

    private void counted(long found) {
        records += found;
        underWay--;
        if (underWay == 0) {
            small = records <= FEW_RECORDS;
            next();
        }
    }

    /** Deletes the next ones; when there are none, waits until their records are gone from every server in use. */
    private void next() {
        if (over || gone.getAsBoolean()) {
            return;
        }
        List<CollectionEntry> left = small ? List.of() : withArrays();
        if (left.isEmpty() && underWay == 0 && nothingHidden()) {
            end(true);
        } else if (System.nanoTime() - until > 0) {
            end(false);
        } else if (left.isEmpty() || underWay > 0) {
            exchange.loop().schedule(this::next, LOOK_AGAIN_MS, TimeUnit.MILLISECONDS);
        } else {
            left.stream().limit(AT_ONCE).forEach(this::delete);
            exchange.loop().schedule(this::next, LOOK_AGAIN_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void end(boolean clear) {
        over = true;
        cleared.accept(clear);
    }

    private boolean nothingHidden() {
        return services.proxy().instances().stream()
                .filter(Instance::usable)
                .allMatch(instance -> catalog()
                        .purges()
                        .in(instance, scope.tenant(), scope.database())
                        .isEmpty());
    }

    private void delete(CollectionEntry entry) {
        Subject subject = new Subject(
                Subject.CATALOG,
                entry.publicId(),
                scope.tenant(),
                scope.database(),
                entry.path().name(),
                "");
        WriteRequest request = new WriteRequest("DELETE", ChromaPaths.collection(entry.path()), "", NO_BODY);
        NewRecord record = new NewRecord(OpKind.DELETE_COLLECTION, subject, request, Optional.empty());
        underWay++;
        if (services.proxy().log().append(record, new Logged()).isEmpty()) {
            underWay--;
        }
    }

    /** Hears of one deletion, on any thread. One that failed is begun again by the next look. */
    private final class Logged implements AppendListener {
        @Override
        public void committed(LogRecord record) {
            Write write = Write.fresh(record, new Footprint.Everything("a catalog record"), EmptyHttpHeaders.INSTANCE)
                    .chargedTo(exchange.use());
            write.result().whenComplete((result, error) -> ended());
            services.lanes().offer(write);
        }

        private void ended() {
            exchange.loop().execute(() -> underWay--);
        }

        @Override
        public void duplicate(long lsn, boolean sameRequest) {
            ended();
        }

        @Override
        public void refused() {
            ended();
        }

        @Override
        public void failed(String reason) {
            ended();
        }

        @Override
        public void unknown(String reason) {
            ended();
        }
    }
}
