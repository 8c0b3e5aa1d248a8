package org.chromaproxy.exchange.read;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.QueryStringDecoder;
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
 * page holds; an instance is asked for its list page by page, and only their elements are kept.
 */
public final class ListExchange implements RequestBody {
    private static final int PAGE = 1_000;
    private static final long TIMEOUT_MS = 30_000;
    private static final long RETRY_MS = 100;
    private static final String NOBODY = "No instance can serve this list now: none is up and in sync";

    private final Exchange exchange;
    private final ExchangeServices services;
    private final ReadTarget target;
    private final String path;
    /** What an instance is told of the trace this belongs to. */
    private final HttpHeaders trace = new DefaultHttpHeaders();

    private final Map<UUID, Optional<byte[]>> wanted = new LinkedHashMap<>();
    private final Set<Instance> asked = new HashSet<>(2);
    private final long deadline;
    private int missing;
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
        Map<String, String> query = new HashMap<>();
        new QueryStringDecoder(exchange.request().uri())
                .parameters()
                .forEach((key, values) -> query.put(key, values.getLast()));
        try {
            int limit = number(query, "limit", Integer.MAX_VALUE);
            int offset = number(query, "offset", 0);
            ListExchange list = new ListExchange(exchange, services);
            list.start(limit, offset);
            return list;
        } catch (NumberFormatException e) {
            String message = "Failed to deserialize query string: limit and offset must be non-negative integers";
            exchange.fail(ProxyError.BODY_NOT_UNDERSTOOD, message);
            return null;
        }
    }

    private static int number(Map<String, String> query, String key, int otherwise) {
        String text = query.get(key);
        return text == null ? otherwise : Integer.parseUnsignedInt(text) & Integer.MAX_VALUE;
    }

    private void start(int limit, int offset) {
        services
                .proxy()
                .catalog()
                .list(
                        exchange.route().scope().tenant(),
                        exchange.route().scope().database())
                .stream()
                .skip(offset)
                .limit(limit)
                .map(CollectionEntry::publicId)
                .forEach(id -> wanted.put(id, Optional.empty()));
        missing = wanted.size();
        exchange.more();
    }

    @Override
    public void content(ByteBuf content) {
        content.release();
        exchange.more();
    }

    @Override
    public void complete() {
        if (wanted.isEmpty()) {
            answer();
            return;
        }
        ask(NOBODY);
    }

    private void ask(String otherwise) {
        if (clientGone) {
            return;
        }
        Optional<Instance> instance = target.choose(asked);
        if (instance.isPresent()) {
            asked.add(instance.get());
            exchange.trail().asked(instance.get().name());
            page(instance.get(), 0);
        } else if (answered) {
            answer();
        } else if (System.nanoTime() < deadline) {
            asked.clear();
            exchange.loop().schedule(() -> ask(otherwise), RETRY_MS, TimeUnit.MILLISECONDS);
        } else {
            exchange.fail(ProxyError.NO_INSTANCE, otherwise + ". Nothing was changed; retry later.");
        }
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
                    } else if (!page.success()) {
                        unlisted(page);
                    } else {
                        take(instance, offset, page);
                    }
                });
    }

    /** Another instance may be better; if none is, that answer is the answer. */
    private void unlisted(UpstreamResponse page) {
        if (answered) {
            answer();
        } else if (ReadTarget.sick(page.status()) && target.choose(asked).isPresent()) {
            ask(NOBODY);
        } else {
            exchange.respond(page.status(), "application/json", page.body(), EmptyHttpHeaders.INSTANCE);
        }
    }

    private void take(Instance instance, int offset, UpstreamResponse page) {
        exchange.trail().mark(Mark.FIRST_BYTE);
        List<CollectionJson.Element> elements =
                CollectionJson.elements(page.body()).orElse(List.of());
        for (CollectionJson.Element element : elements) {
            CollectionIds.parse(element.head().id())
                    .flatMap(services.proxy().catalog()::publicId)
                    .filter(id -> Optional.empty().equals(wanted.get(id)))
                    .ifPresent(id -> keep(id, page.body(), element));
        }
        if (missing > 0 && elements.size() == PAGE) {
            page(instance, offset + PAGE);
        } else {
            answered = true;
            if (missing > 0) {
                // What lives on one side only is in that side's list.
                ask(NOBODY);
            } else {
                answer();
            }
        }
    }

    private void keep(UUID id, byte[] body, CollectionJson.Element element) {
        UuidSwap.swapAt(body, element.head().idStart(), id);
        byte[] text = Arrays.copyOfRange(
                body, element.bytes().start(), element.bytes().end());
        wanted.put(id, Optional.of(text));
        missing--;
    }

    private void answer() {
        exchange.trail().mark(Mark.WHOLE);
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        list.write('[');
        boolean first = true;
        for (Optional<byte[]> element : wanted.values()) {
            // One that is missing was deleted while the list was read, or lives only on an instance that is away.
            if (element.isPresent()) {
                if (!first) {
                    list.write(',');
                }
                first = false;
                list.writeBytes(element.get());
            }
        }
        list.write(']');
        exchange.respond(200, "application/json", list.toByteArray(), EmptyHttpHeaders.INSTANCE);
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
