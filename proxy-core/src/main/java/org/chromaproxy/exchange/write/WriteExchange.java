package org.chromaproxy.exchange.write;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.exchange.BodyBuffer;
import org.chromaproxy.exchange.Exchange;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.exchange.RequestBody;
import org.chromaproxy.exchange.SharedPlace;
import org.chromaproxy.exchange.read.ReadTarget;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.lane.Rehearsal;
import org.chromaproxy.lane.Write;
import org.chromaproxy.lane.WriteResult;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.wal.append.AppendListener;
import org.chromaproxy.wal.append.WriteAheadLog.AppendTicket;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.jspecify.annotations.Nullable;

/**
 * A write: its body is taken whole, logged, and only then offered to the lanes; the client hears what the lanes decide, or,
 * if it prefers that, as soon as they have it. A client that leaves cancels nothing that was logged, or is being logged.
 */
public final class WriteExchange implements RequestBody {
    /** Between two looks whether a deletion can be executed soon. */
    private static final long LOOK_AGAIN_MS = 50;

    private final Exchange exchange;
    private final ExchangeServices services;
    private final WriteRecords records;
    private final WriteAnswers answers;
    private final WriteBounds bounds;
    /** Gives back what its principal has of it; called when it is not logged, or its outcome is known. */
    private volatile Runnable settled = () -> {};

    private final @Nullable Runnable notFound;
    private final boolean async;
    private final BodyBuffer body;
    private final SharedPlace place;
    private boolean clientGone;
    private @Nullable AppendTicket ticket;
    private volatile @Nullable Write write;
    private @Nullable ScheduledFuture<?> timer;
    private final WriteTimes times;

    private WriteExchange(
            Exchange exchange,
            ExchangeServices services,
            WriteRecords records,
            WriteBounds bounds,
            long announced,
            @Nullable Runnable notFound) {
        this.bounds = bounds;
        this.notFound = notFound;
        this.exchange = exchange;
        this.services = services;
        this.times = new WriteTimes(services, exchange.trail());
        this.records = records;
        this.answers = new WriteAnswers(exchange, services, records);
        this.async = records.async();
        this.place = new SharedPlace(exchange);
        this.body = new BodyBuffer(
                services.admission().memory(),
                exchange.use(),
                exchange.loop(),
                services.limits().admissionMs(),
                announced,
                services.limits().maxBody(),
                new Body());
    }

    /** Starts taking the body; null if the write was refused at once. */
    public static @Nullable RequestBody begin(
            Exchange exchange, ExchangeServices services, Optional<CollectionEntry> collection) {
        return begin(exchange, services, collection, null);
    }

    /**
     * The same for a collection that is not there (any more): only a repeated transaction is answered, with what the first
     * one was told.
     *
     * @param notFound answers any other
     */
    public static @Nullable RequestBody repeated(Exchange exchange, ExchangeServices services, Runnable notFound) {
        if (new WriteRecords(exchange, services, Optional.empty()).clientId().isEmpty()) {
            notFound.run();
            return null;
        }
        return begin(exchange, services, Optional.empty(), notFound);
    }

    private static @Nullable RequestBody begin(
            Exchange exchange,
            ExchangeServices services,
            Optional<CollectionEntry> collection,
            @Nullable Runnable notFound) {
        WriteRecords records = new WriteRecords(exchange, services, collection);
        WriteBounds bounds = new WriteBounds(exchange, services);
        if (records.refusedAtOnce() || bounds.refusedAtOnce()) {
            return null;
        }
        if (records.async() && !services.admission().backlog().admits()) {
            exchange.fail(
                    ProxyError.QUEUE_FULL,
                    "As much as may be waits in the log to be applied. Nothing was logged or executed; retry later, or"
                            + " without Prefer: respond-async.");
            return null;
        }
        long announced = announced(exchange);
        if (announced > services.limits().maxBody()) {
            exchange.fail(ProxyError.BODY_TOO_LARGE);
            return null;
        }
        WriteExchange started = new WriteExchange(exchange, services, records, bounds, announced, notFound);
        started.body.begin();
        return started;
    }

    private static long announced(Exchange exchange) {
        String text = exchange.request().headers().get(HttpHeaderNames.CONTENT_LENGTH);
        if (text != null) {
            return Long.parseLong(text.strip());
        }
        return exchange.request().headers().contains(HttpHeaderNames.TRANSFER_ENCODING) ? -1 : 0;
    }

    @Override
    public boolean reading() {
        return !body.waiting();
    }

    @Override
    public int room() {
        return body.room();
    }

    @Override
    public boolean contended() {
        return body.contended();
    }

    @Override
    public void content(ByteBuf content) {
        body.content(content);
    }

    @Override
    public void complete() {
        body.complete();
    }

    /** What becomes of its body. */
    private final class Body implements BodyBuffer.Taker {
        @Override
        public void more() {
            exchange.more();
        }

        @Override
        public void whole(byte[] whole) {
            WriteExchange.this.whole(whole);
        }

        @Override
        public void refused(ProxyError error) {
            free();
            exchange.fail(error);
        }

        @Override
        public boolean over() {
            return clientGone || exchange.finished();
        }
    }

    private void whole(byte[] whole) {
        if (notFound != null) {
            Runnable unknown = notFound;
            repeat(WriteRecords.digest(exchange.request(), whole), () -> {
                free();
                unknown.run();
            });
            return;
        }
        Optional<NewRecord> record = records.record(whole);
        if (record.isEmpty()) {
            records.rehearsal().ifPresentOrElse(this::rehearse, this::free);
            return;
        }
        Collection<CollectionEntry> doomed = records.doomed();
        if (doomed.isEmpty()) {
            logOnceCleared(record.get());
        } else {
            long patience = TimeUnit.MILLISECONDS.toNanos(services.limits().admissionMs());
            logOnceWritesAreDecided(record.get(), doomed, System.nanoTime() + patience);
        }
    }

    /**
     * A deletion is executed behind all that was written before, and every other create and deletion behind it: it waits here,
     * where it keeps nobody else waiting, until there is little before it.
     */
    private void logOnceWritesAreDecided(NewRecord record, Collection<CollectionEntry> doomed, long until) {
        services.lanes()
                .nearlyDecided(doomed)
                .whenComplete((nearly, error) -> exchange.loop().execute(() -> {
                    if (clientGone || exchange.finished()) {
                        return;
                    }
                    if (error != null || nearly) {
                        logOnceCleared(record);
                    } else if (System.nanoTime() - until > 0) {
                        free();
                        exchange.fail(ProxyError.COLLECTION_BUSY);
                    } else {
                        exchange.loop()
                                .schedule(
                                        () -> logOnceWritesAreDecided(record, doomed, until),
                                        LOOK_AGAIN_MS,
                                        TimeUnit.MILLISECONDS);
                    }
                }));
    }

    private void logOnceCleared(NewRecord record) {
        if (record.kind() != OpKind.DELETE_DATABASE) {
            log(record);
        } else if (record.transaction().isPresent()) {
            // What was done before must not be begun again: the database may be another one by now.
            repeat(record.transaction().get().digest(), () -> clear(record));
        } else {
            clear(record);
        }
    }

    private void clear(NewRecord record) {
        long until = System.nanoTime()
                + TimeUnit.MILLISECONDS.toNanos(services.limits().requestMs());
        DatabaseClearing.begin(exchange, services, until, () -> clientGone || exchange.finished(), cleared -> {
            if (cleared) {
                log(record);
            } else {
                free();
                exchange.fail(ProxyError.DATABASE_BUSY);
            }
        });
    }

    /** It is not logged: an instance says why it would refuse it, or else the proxy. */
    private void rehearse(UpstreamRequest request) {
        Optional<Instance> instance = new ReadTarget(services, Optional.empty(), any -> "").choose(Set.of());
        if (instance.isEmpty()) {
            free();
            records.refuse();
            return;
        }
        Rehearsal.refusal(
                        asked -> services.upstream().send(exchange.loop(), instance.get(), asked, Rehearsal.TIMEOUT_MS),
                        request)
                .thenAccept(refusal -> {
                    free();
                    refusal.ifPresentOrElse(
                            told -> exchange.respond(
                                    told.status(), WriteResult.JSON, told.body(), EmptyHttpHeaders.INSTANCE),
                            records::refuse);
                });
    }

    private void repeat(String digest, Runnable unknown) {
        String tenant = exchange.route().scope().tenant();
        services.transactions()
                .earlier(tenant, records.clientId().orElseThrow())
                .whenComplete((earlier, error) -> exchange.loop().execute(() -> {
                    if (earlier == null) {
                        free();
                        exchange.fail(ProxyError.LOG_UNAVAILABLE);
                    } else if (earlier.isEmpty()) {
                        unknown.run();
                    } else {
                        joined(earlier.get().lsn(), earlier.get().digest().equals(digest));
                    }
                }));
    }

    /** Answers with what the first request of this transaction is told. */
    private void joined(long lsn, boolean sameRequest) {
        if (sameRequest && async) {
            Retry.look(
                    services,
                    lsn,
                    told -> exchange.loop()
                            .execute(() -> told.ifPresentOrElse(result -> answer(lsn, result), () -> accepted(lsn))));
        } else if (sameRequest) {
            String id = services.transactions().idOf(lsn, exchange.principal().everywhere());
            Retry.join(services, lsn, id, result -> exchange.loop().execute(() -> answer(lsn, result)));
        } else {
            free();
            exchange.fail(ProxyError.TRANSACTION_REUSED);
        }
    }

    /** The catalog's records are executed in the order of the log: others' do not wait for all that one client sends. */
    private void log(NewRecord record) {
        if (record.kind().catalog()) {
            place.take(
                    services.proxy().work().writes().catalog(),
                    services.limits().admissionMs(),
                    () -> {
                        // What its principal was permitted when it came it may have used up while this waited.
                        if (bounds.refusedAtOnce()) {
                            free();
                        } else {
                            append(record);
                        }
                    });
        } else {
            append(record);
        }
    }

    private void append(NewRecord record) {
        Optional<Runnable> taken = bounds.taken(record, records.count(record));
        if (taken.isEmpty()) {
            free();
            return;
        }
        settled = () -> {
            taken.get().run();
            place.end();
        };
        times.queued();
        Optional<AppendTicket> queued = services.proxy().log().append(record, new Logged());
        if (queued.isEmpty()) {
            settled.run();
            free();
            exchange.fail(ProxyError.QUEUE_FULL, "The log's queue is full. Nothing was executed; retry later.");
            return;
        }
        ticket = queued.get();
        timer = exchange.loop().schedule(this::logOverdue, services.limits().logMs(), TimeUnit.MILLISECONDS);
    }

    private void logOverdue() {
        AppendTicket waiting = ticket;
        if (write != null || waiting == null) {
            long left = services.limits().requestMs() - services.limits().logMs();
            timer = exchange.loop().schedule(this::resultOverdue, Math.max(0, left), TimeUnit.MILLISECONDS);
        } else if (waiting.withdraw()) {
            settled.run();
            overdue(ProxyError.LOG_UNAVAILABLE, 0);
        } else {
            overdue(ProxyError.LOG_OUTCOME_UNKNOWN, waiting.lsn());
        }
    }

    private void resultOverdue() {
        Write pending = write;
        if (pending == null) {
            return;
        }
        services.lanes().abandon(pending);
        overdue(ProxyError.PENDING_RECOVERY, pending.lsn());
    }

    private void overdue(ProxyError error, long lsn) {
        free();
        services.admission().requests().countTimeout();
        answers.overdue(error, lsn);
    }

    private void accepted(long lsn) {
        free();
        answers.accepted(lsn);
    }

    private void free() {
        if (timer != null) {
            timer.cancel(false);
        }
        body.free();
        place.end();
    }

    @Override
    public void gone() {
        clientGone = true;
        AppendTicket queued = ticket;
        if (queued == null) {
            place.end();
            body.abandon();
        } else if (write == null && queued.withdraw()) {
            settled.run();
            free();
        }
    }

    /** The answer is small and written whole. */
    @Override
    public void writabilityChanged(boolean writable) {}

    private void answer(long lsn, WriteResult result) {
        times.answered();
        free();
        records.noteRoute(result);
        answers.decided(lsn, result);
    }

    /** Hears the writer thread, and hops to the connection's loop with what concerns the client. */
    private final class Logged implements AppendListener {
        @Override
        public void committed(LogRecord record) {
            times.committed();
            bounds.logged(record);
            Write accepted = records.write(record);
            write = accepted;
            Runnable giveBack = settled;
            accepted.result().whenComplete((result, error) -> giveBack.run());
            if (async) {
                // Asks for the result only once: what keeps it in memory shall not keep this exchange there.
                accepted.leaveUnattended(() -> taken(accepted));
            } else {
                accepted.result().whenComplete((result, error) -> told(accepted, result));
            }
            services.lanes().offer(accepted);
            if (accepted.large()) {
                exchange.loop().execute(body::free);
            }
        }

        private void told(Write decided, @Nullable WriteResult result) {
            // Without one it was forgotten, and its client has been told to ask for it later.
            if (result != null) {
                exchange.loop().execute(() -> answer(decided.lsn(), result));
            }
        }

        private void taken(Write taken) {
            WriteResult known = taken.result().isCompletedExceptionally()
                    ? null
                    : taken.result().getNow(null);
            if (known == null) {
                exchange.loop().execute(() -> WriteExchange.this.accepted(taken.lsn()));
            } else {
                told(taken, known);
            }
        }

        @Override
        public void duplicate(long lsn, boolean sameRequest) {
            settled.run();
            exchange.loop().execute(() -> joined(lsn, sameRequest));
        }

        @Override
        public void refused() {
            settled.run();
            exchange.loop().execute(() -> {
                free();
                exchange.fail(
                        ProxyError.NAME_INVALID,
                        "The proxy's log cannot hold this request. Nothing was logged or executed; the proxy's own log"
                                + " says why.");
            });
        }

        @Override
        public void failed(String reason) {
            settled.run();
            exchange.loop().execute(() -> {
                free();
                exchange.fail(
                        ProxyError.LOG_UNAVAILABLE,
                        "The write was not logged (" + reason + "). It was not executed and never will be; retry.");
            });
        }

        @Override
        public void unknown(String reason) {
            settled.run();
            exchange.loop().execute(() -> {
                AppendTicket queued = ticket;
                overdue(ProxyError.LOG_OUTCOME_UNKNOWN, queued == null ? 0 : queued.lsn());
            });
        }
    }
}
