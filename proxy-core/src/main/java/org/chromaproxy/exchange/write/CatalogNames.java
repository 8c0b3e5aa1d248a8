package org.chromaproxy.exchange.write;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.chromaproxy.catalog.ReservedNames;
import org.chromaproxy.exchange.Exchange;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.route.MisleadingCharacters;
import org.chromaproxy.route.RouteKind;
import org.chromaproxy.scan.ClientJson;
import org.chromaproxy.scan.CreateScan;
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

    /** Of tenants that clients cannot make. Those of an earlier build's log remain what they are. */
    private static final String RESERVED = "chroma-proxy";

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
        Optional<String> reserved = ReservedNames.prefixOf(subject.name());
        if (reserved.isPresent() && named()) {
            exchange.fail(
                    ProxyError.NAME_INVALID,
                    "Names that begin with " + reserved.get()
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

    /** Whether the tenant or database that this body names may be made; answers if not. Any other request may go on. */
    boolean mayBeMade(byte[] body) {
        RouteKind kind = exchange.route().kind();
        if (kind != RouteKind.CREATE_TENANT && kind != RouteKind.CREATE_DATABASE) {
            return true;
        }
        String name = CreateScan.of(body)
                .map(CreateScan.Body::name)
                .or(() -> firstMember(body))
                .or(() -> member(body))
                .orElse("");
        if (MisleadingCharacters.in(name)) {
            exchange.fail(
                    ProxyError.NAME_INVALID,
                    "The name holds a control character, or one that changes the writing direction. Nothing was logged"
                            + " or executed; choose another name.");
            return false;
        }
        if (kind == RouteKind.CREATE_TENANT && name.startsWith(RESERVED)) {
            exchange.fail(
                    ProxyError.NAME_INVALID,
                    "Tenants whose names begin with " + RESERVED
                            + " are the proxy's own. Nothing was logged or executed; choose another name.");
            return false;
        }
        return true;
    }

    /** Chroma ignores other members of the body, whatever they are. */
    private static Optional<String> member(byte[] body) {
        try {
            return Optional.of(ClientJson.treeOfBody(body).path("name").asText());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Chroma takes an array of an object's values for the object. */
    private static Optional<String> firstMember(byte[] body) {
        try (JsonParser parser = ClientJson.onceOfBody().createParser(body)) {
            boolean text = parser.nextToken() == JsonToken.START_ARRAY && parser.nextToken() == JsonToken.VALUE_STRING;
            return text ? Optional.of(parser.getText()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
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
