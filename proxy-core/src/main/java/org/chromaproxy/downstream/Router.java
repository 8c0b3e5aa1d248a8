package org.chromaproxy.downstream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.access.Principal;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.completion.Feed;
import org.chromaproxy.completion.Trail;
import org.chromaproxy.exchange.ClientConnection;
import org.chromaproxy.exchange.Exchange;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.exchange.OwnExchange;
import org.chromaproxy.exchange.RequestBody;
import org.chromaproxy.exchange.read.ListExchange;
import org.chromaproxy.exchange.read.ReadExchange;
import org.chromaproxy.exchange.read.ReadTarget;
import org.chromaproxy.exchange.read.Rewriting;
import org.chromaproxy.exchange.write.WriteExchange;
import org.chromaproxy.http.ErrorResponses;
import org.chromaproxy.http.Json;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.http.TraceContext;
import org.chromaproxy.instance.Witnesses;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.route.Route;
import org.chromaproxy.route.RouteKind;
import org.chromaproxy.route.Routes;
import org.chromaproxy.route.UuidSwap;
import org.chromaproxy.wal.append.LogState;
import org.jspecify.annotations.Nullable;

/** Decides which way an exchange takes. Any event loop. */
final class Router {
    private static final Set<String> PROBES =
            Set.of("/health", "/health/live", "/health/ready", "/api/v2/heartbeat", "/api/v2/healthcheck");

    private final ExchangeServices services;

    Router(ExchangeServices services) {
        this.services = services;
    }

    /** Whether a request asks nothing but whether the proxy, or a server behind it, lives: what balancers ask. */
    static boolean asksWhetherItLives(HttpRequest request) {
        String uri = request.uri();
        int query = uri.indexOf('?');
        boolean get =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        return get && PROBES.contains(query < 0 ? uri : uri.substring(0, query));
    }

    /** The exchange of a request whose head is here. */
    Exchange begin(ChannelHandlerContext ctx, HttpRequest request, ClientConnection connection) {
        Route route = Routes.ofRequest(request.method(), request.uri());
        Feed feed = services.admission().completions().feed();
        Trail trail = feed.watched()
                ? feed.begin(
                        connection.client(),
                        request.method().name(),
                        request.uri(),
                        route.kind(),
                        TraceContext.of(request.headers()))
                : Trail.NONE;
        return new Exchange(ctx, request, route, connection, trail);
    }

    /** Starts the exchange; returns who takes its body, or null if it is answered already. */
    @Nullable
    RequestBody route(Exchange exchange) {
        Route route = exchange.route();
        return switch (route.kind()) {
            case OWN -> new OwnExchange(exchange, services);
            case BAD_PATH ->
                refuse(exchange, ProxyError.BAD_PATH, ProxyError.BAD_PATH.message() + " (" + route.reason() + ")");
            case UNKNOWN -> unknown(exchange);
            case METHOD_NOT_ALLOWED -> notAllowed(exchange);
            case V1_GONE -> refuse(exchange, ProxyError.V1_GONE, ProxyError.V1_GONE.message());
            case RESET ->
                refuse(
                        exchange,
                        ProxyError.RESET_FORBIDDEN,
                        "Reset is disabled: it would drop everything, everywhere.");
            case CRN -> notImplemented(exchange);
            default -> chroma(exchange);
        };
    }

    /** Whether it can be neither served nor refused now: this proxy does not know whether it still owns the log. */
    boolean awaitsLog(Exchange exchange) {
        return switch (exchange.route().kind()) {
            case OWN, BAD_PATH, UNKNOWN, METHOD_NOT_ALLOWED, V1_GONE, RESET, CRN -> false;
            default -> !services.admission().serving().getAsBoolean() && logMayReturn();
        };
    }

    private boolean logMayReturn() {
        LogState state = services.proxy().log().state();
        return state == LogState.OPEN || state == LogState.UNAVAILABLE;
    }

    private @Nullable RequestBody chroma(Exchange exchange) {
        if (!services.admission().serving().getAsBoolean()) {
            ProxyError why = logMayReturn() ? ProxyError.LOG_UNAVAILABLE : ProxyError.STANDBY;
            return refuse(exchange, why, why.message());
        }
        Route route = exchange.route();
        if (Witnesses.TENANT.equals(route.scope().tenant())) {
            String message = "Tenant [" + Witnesses.TENANT + "] not found";
            return refuse(exchange, ProxyError.COLLECTION_NOT_FOUND, message);
        }
        return switch (route.kind()) {
            case READ_COLLECTION_RECORDS -> records(exchange);
            case WRITE_ADD,
                    WRITE_UPDATE,
                    WRITE_UPSERT,
                    WRITE_DELETE,
                    WRITE_OTHER,
                    MODIFY_COLLECTION,
                    DELETE_COLLECTION -> writeTo(exchange);
            case CREATE_COLLECTION, CREATE_DATABASE, DELETE_DATABASE, CREATE_TENANT, MODIFY_TENANT ->
                WriteExchange.begin(exchange, services, Optional.empty());
            case GET_COLLECTION, GET_COLLECTION_BY_ID -> collection(exchange);
            case LIST_COLLECTIONS -> ListExchange.begin(exchange, services);
            case COUNT_COLLECTIONS -> count(exchange);
            case GET_DATABASE, LIST_DATABASES ->
                read(exchange, exchange.request().uri(), Rewriting.DATABASE_IDS);
            case SERVER_READ -> server(exchange);
            default -> read(exchange, exchange.request().uri(), Rewriting.NONE);
        };
    }

    private Optional<CollectionEntry> resolve(Route route) {
        Catalog catalog = services.proxy().catalog();
        String tenant = route.scope().tenant();
        String database = route.scope().database();
        String reference = route.collection().text();
        return switch (route.kind()) {
            case GET_COLLECTION, DELETE_COLLECTION -> catalog.resolveName(tenant, database, reference);
            default -> catalog.resolve(tenant, database, reference);
        };
    }

    private @Nullable RequestBody records(Exchange exchange) {
        Optional<CollectionEntry> entry = resolve(exchange.route());
        if (entry.isEmpty()) {
            return notFound(exchange, true);
        }
        ReadTarget target = new ReadTarget(
                services,
                entry,
                instance -> UuidSwap.swapSegment(
                        exchange.request().uri(),
                        exchange.route().collection(),
                        entry.get().place(instance).orElseThrow().instanceId()));
        return new ReadExchange(exchange, services, target, Rewriting.ERRORS).start();
    }

    private @Nullable RequestBody writeTo(Exchange exchange) {
        Optional<CollectionEntry> entry = resolve(exchange.route());
        boolean byId = !exchange.request().method().name().equals("DELETE");
        return entry.isEmpty()
                ? WriteExchange.repeated(exchange, services, () -> notFound(exchange, byId))
                : WriteExchange.begin(exchange, services, entry);
    }

    /** By name whatever the client named it by: the older releases have no route for ids. */
    private @Nullable RequestBody collection(Exchange exchange) {
        Optional<CollectionEntry> entry = resolve(exchange.route());
        if (entry.isEmpty()) {
            return notFound(exchange, false);
        }
        ReadTarget target = ReadTarget.ofCollection(services, entry.get());
        return new ReadExchange(exchange, services, target, Rewriting.COLLECTION).start();
    }

    /** A server knows nothing of the proxy's tokens: whose they are is told here. */
    private @Nullable RequestBody server(Exchange exchange) {
        String uri = exchange.request().uri();
        int query = uri.indexOf('?');
        boolean identity = (query < 0 ? uri : uri.substring(0, query)).equals(ChromaPaths.IDENTITY);
        Principal principal = exchange.principal();
        if (!identity || principal.everywhere()) {
            return read(exchange, uri, Rewriting.NONE);
        }
        exchange.respond(ErrorResponses.json(200, Json.identity(principal.name(), principal.tenants())));
        return null;
    }

    private @Nullable RequestBody count(Exchange exchange) {
        int count = services.proxy()
                .catalog()
                .list(
                        exchange.route().scope().tenant(),
                        exchange.route().scope().database())
                .size();
        exchange.respond(ErrorResponses.json(200, Integer.toString(count)));
        return null;
    }

    private RequestBody read(Exchange exchange, String uri, Rewriting rewriting) {
        ReadTarget target = new ReadTarget(services, Optional.empty(), instance -> uri);
        return new ReadExchange(exchange, services, target, rewriting).start();
    }

    private static @Nullable RequestBody notFound(Exchange exchange, boolean byId) {
        String reference = exchange.route().collection().text();
        boolean id = CollectionIds.parse(reference).isPresent();
        return refuse(
                exchange,
                ProxyError.COLLECTION_NOT_FOUND,
                byId && id ? ProxyError.noCollectionWithId(reference) : ProxyError.noCollectionNamed(reference));
    }

    private static @Nullable RequestBody refuse(Exchange exchange, ProxyError error, String message) {
        exchange.fail(error, message);
        return null;
    }

    private static @Nullable RequestBody unknown(Exchange exchange) {
        String path = exchange.request().uri();
        int query = path.indexOf('?');
        String shown = query < 0 ? path : path.substring(0, query);
        exchange.fail(
                ProxyError.UNKNOWN_ROUTE,
                "There is no route " + exchange.request().method() + " " + shown);
        return null;
    }

    private static @Nullable RequestBody notAllowed(Exchange exchange) {
        exchange.respond(ErrorResponses.methodNotAllowed(exchange.route().allow()));
        return null;
    }

    private static @Nullable RequestBody notImplemented(Exchange exchange) {
        exchange.fail(ProxyError.NOT_IMPLEMENTED);
        return null;
    }

    /** Whether a request may change something. */
    static boolean changes(Exchange exchange) {
        HttpMethod method = exchange.request().method();
        return exchange.route().kind() != RouteKind.READ_COLLECTION_RECORDS
                && !method.equals(HttpMethod.GET)
                && !method.equals(HttpMethod.HEAD);
    }
}
