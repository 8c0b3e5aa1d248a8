package org.chromaproxy.exchange.read;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.ReadGate;
import org.chromaproxy.completion.Mark;
import org.chromaproxy.exchange.Exchange;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.exchange.RequestBody;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.http.TraceContext;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.route.UuidSwap;
import org.chromaproxy.scan.CollectionJson;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.jspecify.annotations.Nullable;

/**
 * The list of collections, in the one order that holds on every instance: by public id. The catalog says which ones the
 * page holds; an instance is asked for its list page by page, and of its elements those are kept that it tells as they are
 * now, its dimension and schema included. The rest is asked of the next instance. A collection that none of them can tell
 * so within the time of a read keeps nobody from the others: it is shown as its catalog records made it.
 */
public final class ListExchange implements RequestBody {
    private static final int PAGE = 1_000;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int INTERNAL_ERROR = 500;
    private static final long TIMEOUT_MS = 30_000;
    private static final long RETRY_MS = 100;
    private static final int MAX_ABSENCES = 3;
    private static final byte[] NOTHING = {};
    private static final String NOBODY = "No instance can serve this list now: none is up and in sync";

    private final Exchange exchange;
    private final ExchangeServices services;
    private final ReadTarget target;
    private final String path;
    /** What an instance is told of the trace this belongs to. */
    private final HttpHeaders trace = new DefaultHttpHeaders();

    /** What is told of each; empty until then. */
    private final Map<UUID, Optional<byte[]>> told = new LinkedHashMap<>();
    /** Those that nothing is told of yet. */
    private final Map<UUID, CollectionEntry> missing = new HashMap<>();
    /** What an instance told of them that may be older than what was read before. */
    private final Map<UUID, byte[]> old = new HashMap<>();
    /** In how many lists each was not, though it should have been: one that is shifted to another page is in the next. */
    private final Map<UUID, Integer> absences = new HashMap<>();
    /** Those that the instance being asked tells as they are. */
    private final Set<UUID> current = new HashSet<>();

    private final Set<Instance> asked = new HashSet<>(2);
    private final long deadline;
    /** Some instance has given its whole list. */
    private boolean answered;

    private boolean clientGone;

    private ListExchange(Exchange exchange, ExchangeServices services) {
        this.exchange = exchange;
        this.services = services;
        this.deadline = System.nanoTime()
                + TimeUnit.MILLISECONDS.toNanos(services.limits().readWaitMs());
        this.path = ChromaPaths.collections(
                exchange.route().scope().tenant(), exchange.route().scope().database());
        this.target = new ReadTarget(services, Optional.empty(), instance -> path);
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
        list.start(query);
        return list;
    }

    private void start(ListQuery query) {
        services
                .proxy()
                .catalog()
                .list(
                        exchange.route().scope().tenant(),
                        exchange.route().scope().database())
                .stream()
                .skip(query.offset())
                .limit(query.limit())
                .forEach(entry -> {
                    told.put(entry.publicId(), Optional.empty());
                    missing.put(entry.publicId(), entry);
                });
        exchange.more();
    }

    @Override
    public void content(ByteBuf content) {
        content.release();
        exchange.more();
    }

    @Override
    public void complete() {
        if (missing.isEmpty()) {
            answer();
            return;
        }
        ask(NOBODY);
    }

    private void ask(String otherwise) {
        if (clientGone) {
            return;
        }
        Optional<Instance> instance = next();
        if (instance.isPresent()) {
            exchange.trail().asked(instance.get().name());
            page(instance.get(), 0);
        } else if (answered && missing.values().stream().noneMatch(this::willBeTold)) {
            answer();
        } else if (System.nanoTime() < deadline) {
            asked.clear();
            exchange.loop().schedule(() -> ask(otherwise), RETRY_MS, TimeUnit.MILLISECONDS);
        } else if (answered) {
            answer();
        } else {
            exchange.fail(ProxyError.NO_INSTANCE, otherwise + ". Nothing was changed; retry later.");
        }
    }

    /** The next instance that tells something of what is missing; while nobody has answered, otherwise any. */
    private Optional<Instance> next() {
        Set<Instance> passed = new HashSet<>(asked);
        Optional<Instance> candidate = target.choose(passed);
        Optional<Instance> otherwise = answered ? Optional.empty() : candidate;
        while (candidate.isPresent() && !describes(candidate.get())) {
            passed.add(candidate.get());
            candidate = target.choose(passed);
        }
        Optional<Instance> next = candidate.or(() -> otherwise);
        next.ifPresent(asked::add);
        return next;
    }

    /** Noted before it is asked: what it says then is at least as new. */
    private boolean describes(Instance instance) {
        ReadGate catalog = services.proxy().catalog().gate();
        current.clear();
        missing.forEach((id, entry) -> {
            if (entry.describedBy(instance, catalog)) {
                current.add(id);
            }
        });
        return !current.isEmpty();
    }

    /** Whether an instance that is up will tell it as it is, unless it has not got it at all. */
    private boolean willBeTold(CollectionEntry entry) {
        if (absences.getOrDefault(entry.publicId(), 0) >= MAX_ABSENCES) {
            return false;
        }
        for (Instance instance : services.proxy().instances()) {
            if (instance.usable() && entry.willBeDescribedBy(instance)) {
                return true;
            }
        }
        return false;
    }

    private void page(Instance instance, int offset) {
        UpstreamRequest get = UpstreamRequest.get(path + "?limit=" + PAGE + "&offset=" + offset, trace);
        services.proxy()
                .upstream()
                .send(exchange.loop(), instance, get, TIMEOUT_MS)
                .whenComplete((page, error) -> {
                    if (clientGone) {
                        return;
                    }
                    if (page == null) {
                        ask("The list could not be read: " + error.getMessage());
                    } else if (!page.success() || !page.tree().isArray()) {
                        unlisted(instance, page);
                    } else {
                        take(instance, offset, page);
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
        if (own && (!ReadTarget.sick(page.status()) || failed(page))) {
            exchange.respond(page.status(), "application/json", page.body(), EmptyHttpHeaders.INSTANCE);
            return;
        }
        if (!own) {
            instance.rest();
        }
        ask("The list could not be read: " + instance + " answered " + page.status());
    }

    /** Whether nobody else can be asked, and it is Chroma's own failure. */
    private boolean failed(UpstreamResponse page) {
        return page.status() == INTERNAL_ERROR && target.choose(asked).isEmpty();
    }

    private void take(Instance instance, int offset, UpstreamResponse page) {
        exchange.trail().mark(Mark.FIRST_BYTE);
        List<CollectionJson.Element> elements =
                CollectionJson.elements(page.body()).orElse(List.of());
        for (CollectionJson.Element element : elements) {
            CollectionIds.parse(element.head().id())
                    .flatMap(services.proxy().catalog()::publicId)
                    .filter(missing::containsKey)
                    .ifPresent(id -> keep(id, page.body(), element));
        }
        if (missing.isEmpty()) {
            answer();
        } else if (elements.size() == PAGE) {
            page(instance, offset + PAGE);
        } else {
            answered = true;
            current.forEach(id -> absences.merge(id, 1, Integer::sum));
            // What lives on one side only is in that side's list.
            ask(NOBODY);
        }
    }

    private void keep(UUID id, byte[] body, CollectionJson.Element element) {
        UuidSwap.swapAt(body, element.head().idStart(), id);
        byte[] text = Arrays.copyOfRange(
                body, element.bytes().start(), element.bytes().end());
        if (current.remove(id)) {
            told.put(id, Optional.of(text));
            missing.remove(id);
        } else {
            old.put(id, text);
        }
    }

    private void answer() {
        exchange.trail().mark(Mark.WHOLE);
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        list.write('[');
        told.forEach((id, text) -> {
            // One that is missing was deleted while the list was read, or lives only on an instance that is away.
            byte[] element = text.or(() -> lastResort(id)).orElse(NOTHING);
            if (element.length > 0) {
                if (list.size() > 1) {
                    list.write(',');
                }
                list.writeBytes(element);
            }
        });
        list.write(']');
        exchange.respond(200, "application/json", list.toByteArray(), EmptyHttpHeaders.INSTANCE);
    }

    private Optional<byte[]> lastResort(UUID id) {
        boolean alive = services.proxy().catalog().byId(id).isPresent();
        return alive ? Optional.ofNullable(old.get(id)) : Optional.empty();
    }

    @Override
    public boolean reading() {
        return true;
    }

    @Override
    public void gone() {
        clientGone = true;
    }

    @Override
    public void writabilityChanged(boolean writable) {
        // The list is written whole.
    }
}
