package org.chromaproxy.exchange.write;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.chromaproxy.admit.LogCapacity;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.config.PrincipalLimit;
import org.chromaproxy.exchange.Exchange;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.scan.PlainDelete;
import org.chromaproxy.scan.ServerBounds;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;

/**
 * What whoever sends a write may use: checked before anything is logged, taken until its outcome is known. Confined to the
 * exchange's loop, but for what {@link #taken} returns.
 */
final class WriteBounds {
    private final Exchange exchange;
    private final ExchangeServices services;
    private final PrincipalUse use;

    WriteBounds(Exchange exchange, ExchangeServices services) {
        this.exchange = exchange;
        this.services = services;
        this.use = exchange.use();
    }

    /** Refuses, before its body is taken, a write of somebody whose writes have cost others too much. */
    boolean refusedAtOnce() {
        if (use.suspended()) {
            exchange.fail(
                    ProxyError.PRINCIPAL_LIMIT,
                    "The servers fail " + use.limits().of(PrincipalLimit.FAULTS)
                            + " writes of this client, which are being tried again. Nothing was logged or executed; retry"
                            + " when these have their outcome.");
            return true;
        }
        if (use.barred()) {
            exchange.fail(
                    ProxyError.PRINCIPAL_LIMIT,
                    "So many writes of this client were given up lately that it may make none for a while. Nothing was"
                            + " logged or executed; look into why, and retry later.");
            return true;
        }
        return hasNoRoomInLog(1);
    }

    /** Refuses it if the log is full, or too much of what is in it is this client's. */
    private boolean hasNoRoomInLog(int bytes) {
        LogCapacity capacity = services.admission().capacity();
        if (!capacity.admits(bytes)) {
            exchange.fail(
                    ProxyError.LOG_FULL,
                    "The log is as large as it may be (LOG_MAX_BYTES) and "
                            + (capacity.pinnedBy().isEmpty()
                                    ? "PostgreSQL cannot drop what is in it now"
                                    : "a server still needs what is in it")
                            + ". Nothing of this request was logged or executed; retry later. Operators see why in"
                            + " /status.");
            return true;
        }
        if (!use.hasRoomInLog(bytes)) {
            capacity.ask();
            exchange.fail(
                    ProxyError.PRINCIPAL_LIMIT,
                    "As much as may be of this client's writes is in the log and not applied on every server yet. Nothing"
                            + " of this request was logged or executed; retry later.");
            return true;
        }
        return false;
    }

    /**
     * Refuses it, or takes what it needs.
     *
     * @param records how many ids it names
     * @return what gives that back, once, on any thread; empty if it is refused
     */
    Optional<Runnable> taken(NewRecord record, int records) {
        if (!use.permits(PrincipalLimit.RECORDS, records) && !goesInPieces(record)) {
            exchange.fail(
                    ProxyError.TOO_MANY_RECORDS,
                    "The write names " + records + " records; " + use.limits().of(PrincipalLimit.RECORDS)
                            + " are permitted at once, since servers execute one write after the other. Nothing was logged"
                            + " or executed; split it, or ask an operator (MAX_RECORDS_PER_WRITE).");
            return Optional.empty();
        }
        if (!documentsFit(record)) {
            return Optional.empty();
        }
        boolean create = record.kind() == OpKind.CREATE_COLLECTION;
        if (create && !mayCreate(record.subject(), use.create())) {
            use.created();
            return Optional.empty();
        }
        int bytes = record.request().body().length;
        if (hasNoRoomInLog(bytes)) {
            if (create) {
                use.created();
            }
            return Optional.empty();
        }
        if (!use.pend(bytes)) {
            if (create) {
                use.created();
            }
            exchange.fail(
                    ProxyError.PRINCIPAL_LIMIT,
                    "Writes of this client with as many bytes as it may have wait for their outcome. Nothing was logged"
                            + " or executed; retry later.");
            return Optional.empty();
        }
        PrincipalUse user = use;
        AtomicBoolean done = new AtomicBoolean();
        return Optional.of(() -> {
            if (done.compareAndSet(false, true)) {
                user.settle(bytes);
                if (create) {
                    user.created();
                }
            }
        });
    }

    /** Whether a server executes others' writes in the middle of it. */
    private static boolean goesInPieces(NewRecord record) {
        return record.kind() == OpKind.DELETE
                && PlainDelete.longerThanAPiece(record.request().body()).isPresent();
    }

    /** It is in the log. On the writer's thread. */
    void logged(LogRecord record) {
        use.logged(record.lsn(), record.content().weight());
    }

    private boolean documentsFit(NewRecord record) {
        byte[] body = record.request().body();
        boolean fit = switch (record.kind()) {
            // No document is larger than the body that it is in, and only then it is looked for.
            case ADD, UPDATE, UPSERT ->
                !use.limits().exceeded(PrincipalLimit.DOCUMENT, body.length)
                        || use.permits(PrincipalLimit.DOCUMENT, ServerBounds.longestText(body));
            default -> true;
        };
        if (!fit) {
            exchange.fail(
                    ProxyError.DOCUMENT_TOO_LARGE,
                    "The write has a document, or a record's metadata, of more than "
                            + use.limits().of(PrincipalLimit.DOCUMENT)
                            + " bytes; while a server indexes one it answers nobody, and a copy holds it several times. Nothing"
                            + " was logged or executed; split it into several records, or ask an operator"
                            + " (MAX_DOCUMENT_BYTES).");
        }
        return fit;
    }

    /** @param underWay how many creates of that client are, this one included */
    private boolean mayCreate(Subject subject, int underWay) {
        Catalog catalog = services.proxy().catalog();
        Mapping.Path path = new Mapping.Path(subject.tenant(), subject.database(), subject.name());
        if (catalog.named(path).isPresent()
                || use.permits(PrincipalLimit.COLLECTIONS, catalog.countIn(subject.tenant()) + (long) underWay)) {
            return true;
        }
        exchange.fail(
                ProxyError.TOO_MANY_COLLECTIONS,
                "The tenant has, with what is being created, the "
                        + use.limits().of(PrincipalLimit.COLLECTIONS)
                        + " collections that it may have. Nothing was logged or executed; delete some, or ask an operator"
                        + " (MAX_COLLECTIONS_PER_TENANT).");
        return false;
    }
}
