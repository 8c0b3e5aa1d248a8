package org.chromaproxy.exchange.read;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.completion.Mark;
import org.chromaproxy.exchange.Collected;
import org.chromaproxy.exchange.Exchange;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.exchange.RequestBody;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.http.TraceContext;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.CollectionHead;
import org.chromaproxy.scan.CollectionJson;
import org.chromaproxy.scan.Slice;
import org.chromaproxy.upstream.ServerFault;
import org.chromaproxy.upstream.UpstreamException;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.jspecify.annotations.Nullable;

/**
 * The list of collections, in the one order that holds on every instance: by public id. The catalog says which ones the
 * page holds. Few of many are asked for one by one; else an instance is asked for its list page by page, and of its elements
 * those are kept that it tells as they are now, its dimension and schema included. The rest is asked of the next instance. A
 * collection that none of them can tell so within the time of a read keeps nobody from the others: it is shown as its catalog
 * records made it. All that is held is in the account of memory; where that has no room, the list is refused.
 */
public final class ListExchange implements RequestBody {
    /** Collections that an instance is asked for at once. */
    private static final int PAGE = 250;
    /** A page that is larger than this part of what may be held is asked for again in smaller ones. */
    private static final int PAGE_SHARE = 8;

    private static final int SMALLER = 4;
    /** One of so many is asked for by itself rather than looked for among all. */
    private static final int FEW = 16;

    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int INTERNAL_ERROR = 500;
    private static final long TIMEOUT_MS = 30_000;
    private static final long RETRY_MS = 100;
    /** Up to so many bytes the answer is written as one. */
    private static final int SMALL = 64 << 10;

    private final Exchange exchange;
    private final ExchangeServices services;
    private final ReadTarget target;
    private final String path;
    private final Collected memory;
    private final ListedCollections listed;
    /** What an instance is told of the trace this belongs to. */
    private final HttpHeaders trace = new DefaultHttpHeaders();

    private final Set<Instance> asked = new HashSet<>(2);
    private final long deadline;
    /** They are few of many. */
    private boolean oneByOne;

    private int pageSize = PAGE;
    /** Some instance has given its whole list. */
    private boolean answered;

    private boolean clientGone;
    private @Nullable CompletableFuture<UpstreamResponse> pending;
    private @Nullable ListAnswer writing;

    private ListExchange(Exchange exchange, ExchangeServices services) {
        this.exchange = exchange;
        this.services = services;
        this.deadline = System.nanoTime()
                + TimeUnit.MILLISECONDS.toNanos(services.limits().readWaitMs());
        this.path = ChromaPaths.collections(
                exchange.route().scope().tenant(), exchange.route().scope().database());
        this.target = new ReadTarget(services, Optional.empty(), instance -> path);
        this.memory = new Collected(services.admission().memory(), exchange.use());
        this.listed = new ListedCollections(services.proxy().catalog(), memory);
        TraceContext.copy(exchange.request().headers(), trace);
        exchange.trail().stamp(trace);
    }

    public static @Nullable RequestBody begin(Exchange exchange, ExchangeServices services) {
        ListQuery query;
        try {
            query = ListQuery.of(exchange.request().uri());
        } catch (IllegalArgumentException refusal) {
            exchange.fail(ProxyError.BODY_NOT_UNDERSTOOD, String.valueOf(refusal.getMessage()));
            return null;
        }
        ListExchange list = new ListExchange(exchange, services);
        if (!list.start(query)) {
            list.refuse();
            return null;
        }
        exchange.more();
        return list;
    }

    /** False if there is no memory for it. */
    private boolean start(ListQuery query) {
        var all = services.proxy()
                .catalog()
                .list(
                        exchange.route().scope().tenant(),
                        exchange.route().scope().database());
        Iterator<CollectionEntry> wanted =
                all.stream().skip(query.offset()).limit(query.limit()).iterator();
        while (wanted.hasNext()) {
            if (!listed.want(wanted.next())) {
                return false;
            }
        }
        long many = (long) FEW * listed.missing().size();
        oneByOne = all.stream().limit(many).count() == many;
        return true;
    }

    @Override
    public void content(ByteBuf content) {
        content.release();
        exchange.more();
    }

    @Override
    public void complete() {
        if (listed.complete()) {
            answer();
            return;
        }
        ask("");
    }

    /** @param why the last one that was asked did not tell; empty if nothing was wrong with its answer, or nobody was asked */
    private void ask(String why) {
        if (clientGone) {
            return;
        }
        Optional<Instance> instance = next();
        if (instance.isPresent()) {
            exchange.trail().asked(instance.get().name());
            read(instance.get());
        } else if (answered && !listed.someWillBeTold(services.proxy().instances())) {
            answer();
        } else if (System.nanoTime() < deadline) {
            asked.clear();
            exchange.loop().schedule(() -> ask(why), RETRY_MS, TimeUnit.MILLISECONDS);
        } else if (answered) {
            answer();
        } else {
            String reason = why.isEmpty()
                    ? "No instance can serve this list now: " + target.standings(Set.of(), Set.of())
                    : why;
            fail(ProxyError.NO_INSTANCE, reason + ". Nothing was changed; retry later.");
        }
    }

    /** The next instance that tells something of what is missing; while nobody has answered, otherwise any. */
    private Optional<Instance> next() {
        Set<Instance> passed = new HashSet<>(asked);
        Optional<Instance> candidate = target.choose(passed);
        Optional<Instance> otherwise = answered ? Optional.empty() : candidate;
        while (candidate.isPresent() && !listed.describedBy(candidate.get())) {
            passed.add(candidate.get());
            candidate = target.choose(passed);
        }
        Optional<Instance> next = candidate.or(() -> otherwise);
        next.ifPresent(asked::add);
        return next;
    }

    private void read(Instance instance) {
        if (oneByOne) {
            each(
                    instance,
                    new ArrayDeque<>(listed.missing().stream()
                            .filter(entry -> !answered || listed.current(entry))
                            .toList()));
        } else {
            page(instance, 0);
        }
    }

    /** Asks for those by their names, one after the other; what is not there under that name counts as absent. */
    private void each(Instance instance, Deque<CollectionEntry> left) {
        CollectionEntry entry = left.poll();
        while (entry != null && entry.deletedLsn() != 0) {
            entry = left.poll();
        }
        if (entry == null) {
            over();
            return;
        }
        get(
                instance,
                ChromaPaths.collection(entry.path()),
                most(1),
                answer -> {
                    Optional<CollectionHead> head =
                            answer.success() && answer.json() ? CollectionJson.head(answer.body()) : Optional.empty();
                    boolean absent = answer.status() == NOT_FOUND || ReadTarget.betweenDeletes(answer.status());
                    if (head.isEmpty() && !absent) {
                        unlisted(instance, answer);
                    } else if (head.isPresent()
                            && !listed.take(answer.body(), head.get(), new Slice(0, answer.body().length))) {
                        refuse();
                    } else {
                        each(instance, left);
                    }
                },
                this::refuse);
    }

    private void page(Instance instance, int offset) {
        int size = pageSize;
        String uri = path + "?limit=" + size + "&offset=" + offset;
        get(
                instance,
                uri,
                most(size),
                answer -> {
                    Optional<List<CollectionJson.Element>> elements = answer.success() && answer.json()
                            ? CollectionJson.elements(answer.body())
                            : Optional.empty();
                    if (elements.isEmpty()) {
                        unlisted(instance, answer);
                    } else {
                        take(instance, offset, size, answer.body(), elements.get());
                    }
                },
                () -> smaller(instance, offset));
    }

    /** What comes before that page is done. */
    private void smaller(Instance instance, int offset) {
        if (pageSize == 1) {
            refuse();
        } else {
            pageSize /= Math.min(pageSize, SMALLER);
            page(instance, offset);
        }
    }

    /** Bytes that an answer with so many collections may have; a single one as many as may be held at all. */
    private int most(int collections) {
        return (int) Math.min(Integer.MAX_VALUE, memory.mostOfOne() / (collections == 1 ? 1 : PAGE_SHARE));
    }

    private void get(Instance instance, String uri, int most, Consumer<UpstreamResponse> then, Runnable tooLarge) {
        CompletableFuture<UpstreamResponse> sent = services.upstream()
                .send(exchange.loop(), instance, UpstreamRequest.get(uri, trace), TIMEOUT_MS, memory.answer(most));
        pending = sent;
        sent.whenComplete((answer, error) -> {
            if (clientGone) {
                return;
            }
            if (answer != null) {
                exchange.trail().mark(Mark.FIRST_BYTE);
                then.accept(answer);
                memory.release(answer.body().length);
            } else if (memory.refused()) {
                refuse();
            } else if (error != null && UpstreamException.isTooLarge(error)) {
                tooLarge.run();
            } else {
                ask("The list could not be read: " + error.getMessage());
            }
        });
    }

    /** Another instance may be better; if none is, that answer is the answer. */
    private void unlisted(Instance instance, UpstreamResponse page) {
        if (answered) {
            answer();
            return;
        }
        // The catalog knows collections of that database: no instance may deny it.
        boolean own = !page.success() && page.chromaError() && page.status() != NOT_FOUND && page.status() != FORBIDDEN;
        boolean ailing = ServerFault.of(page.status(), page::text);
        if (own && !ailing && (!ReadTarget.sick(page.status()) || failed(page))) {
            exchange.respond(page.status(), "application/json", page.body(), EmptyHttpHeaders.INSTANCE);
            memory.close();
            return;
        }
        if (!own || ailing) {
            instance.rest();
        }
        ask("The list could not be read: " + instance + " answered " + page.status());
    }

    /** Whether nobody else can be asked, and it is Chroma's own failure. */
    private boolean failed(UpstreamResponse page) {
        return page.status() == INTERNAL_ERROR && target.choose(asked).isEmpty();
    }

    private void take(Instance instance, int offset, int size, byte[] body, List<CollectionJson.Element> elements) {
        for (CollectionJson.Element element : elements) {
            if (!listed.take(body, element.head(), element.bytes())) {
                refuse();
                return;
            }
        }
        if (!listed.complete() && elements.size() == size) {
            page(instance, offset + size);
        } else {
            over();
        }
    }

    private void over() {
        if (listed.complete()) {
            answer();
            return;
        }
        answered = true;
        listed.over();
        // What lives on one side only is in that side's list.
        ask("");
    }

    private void answer() {
        exchange.trail().mark(Mark.WHOLE);
        List<byte[]> pieces = listed.pieces();
        if (pieces.stream().mapToLong(piece -> piece.length).sum() > SMALL) {
            ListAnswer answer = new ListAnswer(exchange, memory, pieces);
            writing = answer;
            answer.begin();
            return;
        }
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        pieces.forEach(list::writeBytes);
        memory.close();
        exchange.respond(200, "application/json", list.toByteArray(), EmptyHttpHeaders.INSTANCE);
    }

    private void refuse() {
        ProxyError error = memory.refused() ? memory.refusal() : ProxyError.OUT_OF_ANSWER_MEMORY;
        fail(error, error.message());
    }

    private void fail(ProxyError error, String message) {
        memory.close();
        exchange.fail(error, message);
    }

    @Override
    public boolean reading() {
        return true;
    }

    @Override
    public void gone() {
        clientGone = true;
        CompletableFuture<UpstreamResponse> sent = pending;
        if (sent != null) {
            sent.cancel(false);
        }
        memory.close();
    }

    @Override
    public void writabilityChanged(boolean writable) {
        ListAnswer answer = writing;
        if (answer != null && writable) {
            answer.write();
        }
    }
}
