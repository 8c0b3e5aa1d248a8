package org.chromaproxy.exchange.read;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Optional;
import org.chromaproxy.config.PrincipalLimit;
import org.chromaproxy.exchange.Exchange;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.route.RouteKind;
import org.chromaproxy.scan.FilterScan;
import org.chromaproxy.scan.QueryScan;
import org.chromaproxy.scan.ServerBounds;

/**
 * What one read may ask of a server, looked for in its body as it comes: while that is not whole there, nothing is executed.
 * Confined to the exchange's loop.
 */
final class ReadBounds {
    private final Exchange exchange;
    /** Of a query. */
    private final Optional<QueryScan> query;
    /** Of a read of records. */
    private final Optional<FilterScan> filter;

    /** Objects in the body so far. */
    private int objects;

    ReadBounds(Exchange exchange) {
        this.exchange = exchange;
        boolean records = exchange.route().kind() == RouteKind.READ_COLLECTION_RECORDS;
        String uri = exchange.request().uri();
        boolean queries = records
                && uri.startsWith("/query", exchange.route().collection().end());
        this.query = queries ? Optional.of(new QueryScan()) : Optional.empty();
        this.filter = records ? Optional.of(new FilterScan()) : Optional.empty();
    }

    /** Whether the body, with this next part of it, asks for too much: the read is to be given up, then refused. */
    boolean exceeded(ByteBuf content) {
        objects += ServerBounds.objects(content);
        filter.ifPresent(scan -> scan.feed(content));
        if (!excess().isEmpty()) {
            return true;
        }
        if (query.isEmpty()) {
            return false;
        }
        query.get().feed(content);
        return !exchange.use().permits(PrincipalLimit.RESULTS, query.get().results());
    }

    /** A server that is sent such a filter ends, or answers nobody for minutes, and so would the next one. */
    private String excess() {
        return objects > ServerBounds.FILTER_OBJECTS
                ? "a filter of more than " + ServerBounds.FILTER_OBJECTS + " objects"
                : filter.map(FilterScan::excess).orElse("");
    }

    /** Whether the body has a filter that keeps a server busy, as far as it has come. */
    boolean heavy() {
        return filter.isPresent() && filter.get().heavy(objects);
    }

    /** Whether its body has to be known before a server is asked. */
    boolean filtered() {
        return filter.isPresent() && exchange.request().method().equals(HttpMethod.POST);
    }

    /** Answers a read that asks for too much. */
    void refuse() {
        String excess = excess();
        if (!excess.isEmpty()) {
            exchange.fail(
                    ProxyError.BEYOND_SERVERS,
                    "This is more than Chroma servers can bear: it has " + excess
                            + ". Nothing was executed; ask with $in or $contains, or several times.");
            return;
        }
        exchange.fail(
                ProxyError.TOO_MANY_RESULTS,
                "The query asks for more results, query_embeddings times n_results, than the "
                        + exchange.use().limits().of(PrincipalLimit.RESULTS)
                        + " that are permitted at once, since a server has all of them in memory. Nothing was executed; ask"
                        + " with fewer embeddings at a time or a smaller n_results, or ask an operator"
                        + " (MAX_RESULTS_PER_QUERY).");
    }

    /** Answers a read with a heavy filter whose body is too large to be held until its turn comes. */
    void refuseLarge() {
        exchange.fail(
                ProxyError.BEYOND_SERVERS,
                "A read whose filter keeps a server busy (a regular expression, more than 64 terms, or a long text) may have "
                        + ReadRequest.REPLAY_BYTES
                        + " bytes. Nothing was executed; ask with fewer embeddings or ids at a time.");
    }
}
