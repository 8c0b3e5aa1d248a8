package org.chromaproxy.exchange.write;

import java.nio.charset.StandardCharsets;
import org.chromaproxy.catalog.Purges;
import org.chromaproxy.exchange.Exchange;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.route.RouteKind;
import org.chromaproxy.wal.record.StorableText;
import org.chromaproxy.wal.record.Subject;

/**
 * Refuses, before anything is logged, names that the log cannot hold and metadata on which a server closes the connection
 * instead of an answer: either would stop the catalog for everybody. Confined to the exchange's loop.
 */
final class CatalogNames {
    /** PostgreSQL's bound on a row of an index is 2,704 bytes, its own fields included. */
    private static final int MAX_BYTES = 2_600;

    private static final String RULE = ": Expected a name containing 3-512 characters from [a-zA-Z0-9._-], starting and"
            + " ending with a character in [a-zA-Z0-9]. Got: ";

    private final Exchange exchange;

    CatalogNames(Exchange exchange) {
        this.exchange = exchange;
    }

    /** Whether the log can hold these names; answers if it cannot. */
    boolean storable(Subject subject, String transaction) {
        if (!StorableText.isStorable(subject.name())) {
            String field = exchange.route().kind() == RouteKind.MODIFY_COLLECTION ? "new_name" : "name";
            exchange.fail(ProxyError.NAME_INVALID, "Validation error: " + field + RULE + subject.name());
            return false;
        }
        if (subject.name().startsWith(Purges.PREFIX) && named()) {
            exchange.fail(
                    ProxyError.NAME_INVALID,
                    "Names that begin with " + Purges.PREFIX
                            + " are the proxy's own. Nothing was logged or executed; choose another name.");
            return false;
        }
        String container = subject.tenant() + subject.database();
        if (!StorableText.isStorable(container)) {
            exchange.fail(
                    ProxyError.NAME_INVALID,
                    "The name of this tenant or database holds a NUL character: it can be read, but the proxy's log"
                            + " cannot hold a write to it. Nothing was logged or executed.");
            return false;
        }
        if (Math.max(bytes(container + subject.name()), bytes(subject.tenant() + transaction)) > MAX_BYTES) {
            exchange.fail(
                    ProxyError.NAME_INVALID,
                    "The names of tenant, database and collection are longer than " + MAX_BYTES
                            + " bytes together. Nothing was logged or executed.");
            return false;
        }
        return true;
    }

    /** Whether the request gives a collection its name. */
    private boolean named() {
        RouteKind kind = exchange.route().kind();
        return kind == RouteKind.CREATE_COLLECTION || kind == RouteKind.MODIFY_COLLECTION;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
