package org.chromaproxy.exchange.write;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.chromaproxy.capability.Feature;
import org.chromaproxy.capability.Needs;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.Purges;
import org.chromaproxy.exchange.Exchange;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.http.ForwardedHeaders;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.instance.MixedReleases;
import org.chromaproxy.lane.Rehearsal;
import org.chromaproxy.lane.Write;
import org.chromaproxy.lane.WriteResult;
import org.chromaproxy.route.PublicIds;
import org.chromaproxy.route.Route;
import org.chromaproxy.route.RouteKind;
import org.chromaproxy.route.UuidSwap;
import org.chromaproxy.scan.ArrayMetadata;
import org.chromaproxy.scan.CreateScan;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.scan.Footprints;
import org.chromaproxy.scan.ModifyScan;
import org.chromaproxy.scan.ServerBounds;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.ClientTransaction;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;

/** Makes the record of one write request, or refuses what cannot be logged. Confined to the exchange's loop. */
final class WriteRecords {
    private static final PublicIds PUBLIC_IDS = new PublicIds(InstantSource.system(), new SecureRandom());
    private static final int MAX_TRANSACTION_ID = 200;
    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    private static final Pattern ATTACHED = Pattern.compile("(/attached_functions/)[^/]+/");

    private final Exchange exchange;
    private final ExchangeServices services;
    private final Optional<CollectionEntry> collection;
    private Optional<UpstreamRequest> rehearsal = Optional.empty();
    private ProxyError error = ProxyError.BODY_NOT_UNDERSTOOD;
    private String refusal = "";
    private final CatalogNames names;
    private String warning = "";
    private Footprint footprint = new Footprint.Everything("a catalog record");

    WriteRecords(Exchange exchange, ExchangeServices services, Optional<CollectionEntry> collection) {
        this.exchange = exchange;
        this.services = services;
        this.collection = collection;
        this.names = new CatalogNames(exchange);
    }

    /** The committed record on its way to the lanes. */
    Write write(LogRecord record) {
        return Write.fresh(record, footprint, upstreamHeaders())
                .followedBy(exchange.trail())
                .chargedTo(exchange.use());
    }

    /** How many records the body names; where its ids were not understood, how many it may name. */
    int count(NewRecord record) {
        int counted = footprint.records();
        return switch (record.kind()) {
            case ADD, UPDATE, UPSERT, DELETE ->
                counted > 0 ? counted : ServerBounds.records(record.request().body());
            default -> counted;
        };
    }

    /** The id the client gave its transaction. */
    Optional<String> clientId() {
        HttpHeaders headers = exchange.request().headers();
        String id = headers.get(WriteAnswers.TRANSACTION_ID);
        return Optional.ofNullable(id == null ? headers.get(IDEMPOTENCY_KEY) : id);
    }

    /** Whether the client wants to hear of it as soon as it is logged. */
    boolean async() {
        return Preferences.respondAsync(
                exchange.route().kind(), exchange.request().headers());
    }

    /** Refuses, before its body is taken, what can never be done. */
    boolean refusedAtOnce() {
        HttpHeaders headers = exchange.request().headers();
        Set<String> ids = new HashSet<>(headers.getAll(WriteAnswers.TRANSACTION_ID));
        ids.addAll(headers.getAll(IDEMPOTENCY_KEY));
        if (ids.size() > 1) {
            exchange.fail(
                    ProxyError.BAD_REQUEST,
                    "The request has more than one transaction id: which of them a retry would repeat is not clear."
                            + " This request was not executed; send one.");
            return true;
        }
        String id = clientId().orElse("-");
        if (id.isBlank() || id.length() > MAX_TRANSACTION_ID) {
            exchange.fail(ProxyError.BAD_REQUEST, "A transaction id has 1 to 200 characters. Nothing was executed.");
            return true;
        }
        Optional<Integer> lacked = route().flatMap(services.proxy().instances().lacked()::status);
        if (lacked.isPresent()) {
            exchange.respond(lacked.get(), "", new byte[0], EmptyHttpHeaders.INSTANCE);
            return true;
        }
        boolean delete = exchange.route().kind() == RouteKind.DELETE_COLLECTION;
        String name = collection.map(entry -> entry.path().name()).orElse("");
        if (delete && services.proxy().catalog().isProtected(name)) {
            exchange.fail(
                    ProxyError.PROTECTED,
                    "Collection [" + name
                            + "] is protected by the proxy's configuration and cannot be deleted. Nothing was"
                            + " changed.");
            return true;
        }
        return false;
    }

    /** The route that servers may lack, without what is this request's own; empty for those that all of them have. */
    private Optional<String> route() {
        if (exchange.route().kind() != RouteKind.WRITE_OTHER) {
            return Optional.empty();
        }
        HttpRequest request = exchange.request();
        String uri = request.uri();
        int query = uri.indexOf('?');
        String path = query < 0 ? uri : uri.substring(0, query);
        String operation = path.substring(exchange.route().collection().end());
        return Optional.of(request.method() + ATTACHED.matcher(operation).replaceFirst("$1{name}/"));
    }

    /** Remembers that servers lack the route, if that is what they said. */
    void noteRoute(WriteResult result) {
        boolean router = (result.status() == 404 || result.status() == 405) && result.body().length == 0;
        if (router && services.proxy().instances().releases().differences().isEmpty()) {
            route().ifPresent(route -> services.proxy().instances().lacked().note(route, result.status()));
        }
    }

    /** The collections that it deletes, as far as they are known now. */
    Collection<CollectionEntry> doomed() {
        Route route = exchange.route();
        return switch (route.kind()) {
            case DELETE_COLLECTION -> collection.stream().toList();
            case DELETE_DATABASE ->
                services.proxy()
                        .catalog()
                        .list(route.scope().tenant(), route.scope().database());
            default -> List.of();
        };
    }

    /** How a server is asked, without effect, what it says of a body of which there is no record; empty if that is answered. */
    Optional<UpstreamRequest> rehearsal() {
        return rehearsal;
    }

    /** Refuses it in the proxy's own words. */
    void refuse() {
        exchange.fail(error, refusal);
    }

    /** The record of this request; empty if there is none to be made of it. */
    Optional<NewRecord> record(byte[] body) {
        Route route = exchange.route();
        HttpRequest request = exchange.request();
        OpKind kind = kind(route.kind());
        // First: whoever reads it in detail holds what it reads.
        if (refusedAsBeyond(kind, body)) {
            return Optional.empty();
        }
        Optional<Subject> subject = subject(route, body);
        if (subject.isEmpty() || !names.storable(subject.get(), clientId().orElse("")) || !names.mayBeMade(body)) {
            return Optional.empty();
        }
        if (!kind.catalog()) {
            footprint = Footprints.of(kind, body);
        }
        if (refusedAsMixed(kind, body)) {
            return Optional.empty();
        }
        collection.ifPresent(entry -> noteArrays(entry, kind, body));
        String contentType = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
        WriteRequest logged = new WriteRequest(request.method().name(), request.uri(), contentType, body);
        Optional<ClientTransaction> transaction =
                clientId().map(id -> new ClientTransaction(route.scope().tenant(), id, logged.digest()));
        return Optional.of(new NewRecord(kind, subject.get(), logged, transaction));
    }

    /** Refuses what no server could execute, and some would end on: each that is sent it, one after the other. */
    private boolean refusedAsBeyond(OpKind kind, byte[] body) {
        String excess = switch (kind) {
            case ADD, UPDATE, UPSERT -> ServerBounds.recordsExceed(body);
            case DELETE -> ServerBounds.deleteExceeds(body);
            case CREATE_COLLECTION, MODIFY_COLLECTION -> ServerBounds.collectionExceeds(body);
            default -> ServerBounds.otherExceeds(body);
        };
        if (excess.isEmpty()) {
            return false;
        }
        exchange.fail(
                ProxyError.BEYOND_SERVERS,
                "This is more than Chroma servers and their clients can bear: it has " + excess
                        + ". Nothing was logged or executed; change that, or send several smaller ones.");
        return true;
    }

    /** Refuses, while servers run different releases, what only some of them could execute. */
    private boolean refusedAsMixed(OpKind kind, byte[] body) {
        MixedReleases releases = services.proxy().instances().releases();
        Set<Feature> differences = releases.differences();
        if (differences.isEmpty()) {
            return false;
        }
        HttpRequest request = exchange.request();
        if (kind == OpKind.OTHER && releases.differIn(request.method().name(), request.uri())) {
            exchange.fail(ProxyError.UNKNOWN_ROUTE);
            return true;
        }
        Set<Feature> needs = EnumSet.noneOf(Feature.class);
        needs.addAll(Needs.of(kind, body));
        needs.retainAll(differences);
        String words = needs.stream().map(Feature::words).collect(Collectors.joining("; "));
        if (needs.isEmpty()) {
            return false;
        }
        if (!releases.refuses() && needs.stream().allMatch(Feature::newer)) {
            warning = "299 chroma-proxy \"Held back from servers that run an older Chroma until they are upgraded: "
                    + words + "\"";
            return false;
        }
        exchange.fail(
                ProxyError.MIXED_RELEASES,
                "The Chroma servers run different releases, and not all of them can do this: " + words
                        + ". Nothing was logged or executed. Upgrade every server, or write without it.");
        return true;
    }

    /** What is submitted now is durable with the record, or before it. */
    private void noteArrays(CollectionEntry entry, OpKind kind, byte[] body) {
        Purges purges = services.proxy().catalog().purges();
        boolean writes = kind != OpKind.DELETE && !kind.catalog();
        if (writes && purges.flat(entry.publicId()) && (kind == OpKind.OTHER || ArrayMetadata.possible(body))) {
            services.proxy().log().submit(List.of(new Change.Flat(entry.publicId(), false)), true, () -> {});
            purges.flat(entry.publicId(), false);
        }
    }

    private Optional<Subject> subject(Route route, byte[] body) {
        String tenant = route.scope().tenant();
        String database = route.scope().database();
        UUID id = collection.map(CollectionEntry::publicId).orElse(Subject.CATALOG);
        String name = collection.map(entry -> entry.path().name()).orElse("");
        return switch (route.kind()) {
            case CREATE_COLLECTION ->
                understood(CreateScan.of(body), "no collection name", Rehearsal.create(body))
                        .filter(create -> flat(create.structured(), Rehearsal.create(body)))
                        .map(create ->
                                new Subject(Subject.CATALOG, PUBLIC_IDS.mint(), tenant, database, create.name(), ""));
            case MODIFY_COLLECTION ->
                understood(ModifyScan.of(body), "no change the proxy understands", Rehearsal.modify(body))
                        .filter(change -> flat(change.structured(), Rehearsal.modify(body)))
                        .map(change -> new Subject(
                                Subject.CATALOG,
                                id,
                                tenant,
                                database,
                                change.newName().orElse(""),
                                ""));
            case DELETE_COLLECTION -> Optional.of(new Subject(Subject.CATALOG, id, tenant, database, name, ""));
            case CREATE_DATABASE, DELETE_DATABASE, CREATE_TENANT, MODIFY_TENANT ->
                Optional.of(new Subject(Subject.CATALOG, Subject.CATALOG, tenant, database, "", ""));
            default -> Optional.of(new Subject(id, id, tenant, database, name, ""));
        };
    }

    private <T> Optional<T> understood(Optional<T> scanned, String what, UpstreamRequest asks) {
        if (scanned.isEmpty()) {
            refusal = "Failed to parse the request body as JSON: it has " + what + ". Nothing was logged or executed.";
            rehearsal = Optional.of(asks);
        }
        return scanned;
    }

    /** Whether a collection's metadata is flat: on an array Chroma ends the connection, once the collection is made. */
    private boolean flat(String structured, UpstreamRequest asks) {
        if (!structured.isEmpty()) {
            error = ProxyError.METADATA_STRUCTURED;
            refusal = "Failed to deserialize the JSON body into the target type: " + structured
                    + ": a collection's metadata can hold no array and no object. Nothing was logged or executed.";
            rehearsal = Optional.of(asks);
        }
        return structured.isEmpty();
    }

    private static OpKind kind(RouteKind route) {
        return switch (route) {
            case WRITE_ADD -> OpKind.ADD;
            case WRITE_UPDATE -> OpKind.UPDATE;
            case WRITE_UPSERT -> OpKind.UPSERT;
            case WRITE_DELETE -> OpKind.DELETE;
            case CREATE_COLLECTION -> OpKind.CREATE_COLLECTION;
            case MODIFY_COLLECTION -> OpKind.MODIFY_COLLECTION;
            case DELETE_COLLECTION -> OpKind.DELETE_COLLECTION;
            case CREATE_DATABASE -> OpKind.CREATE_DATABASE;
            case DELETE_DATABASE -> OpKind.DELETE_DATABASE;
            case CREATE_TENANT -> OpKind.CREATE_TENANT;
            case MODIFY_TENANT -> OpKind.MODIFY_TENANT;
            default -> OpKind.OTHER;
        };
    }

    static String digest(HttpRequest request, byte[] body) {
        return new WriteRequest(request.method().name(), request.uri(), "", body).digest();
    }

    /** What the leader is sent beside the body; followers and replays get the content type only. */
    private HttpHeaders upstreamHeaders() {
        HttpHeaders headers = new DefaultHttpHeaders();
        ForwardedHeaders.request(exchange.request().headers(), exchange.client(), "", headers);
        headers.remove(HttpHeaderNames.HOST).remove(HttpHeaderNames.CONTENT_LENGTH);
        exchange.trail().stamp(headers);
        if (async()) {
            headers.remove(Preferences.PREFER);
        }
        return headers;
    }

    /** Says what the client should know of a write that is done. */
    void warn(HttpHeaders headers) {
        if (!warning.isEmpty()) {
            headers.set(HttpHeaderNames.WARNING, warning);
        }
    }

    /** An error text with the id by which clients know the collection; of others it tells nothing. */
    byte[] publicIds(byte[] body) {
        collection.ifPresent(entry -> UuidSwap.swapAll(body, entry::publicIdOf));
        return body;
    }
}
