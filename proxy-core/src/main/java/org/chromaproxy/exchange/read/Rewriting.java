package org.chromaproxy.exchange.read;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.UUID;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.route.DatabaseIds;
import org.chromaproxy.route.UuidSwap;
import org.chromaproxy.scan.ClientJson;
import org.chromaproxy.scan.CollectionHead;
import org.chromaproxy.scan.CollectionJson;

/** What is changed in a response on its way to the client. Bodies that are changed are collected first. */
public enum Rewriting {
    /** Nothing. */
    NONE,
    /** The collection's id in error texts. */
    ERRORS,
    /** A collection's id, in error texts too. */
    COLLECTION,
    /** A database's id, alone or in a list: each instance makes its own. */
    DATABASE_IDS;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SPARE = 256;

    /** Whether the body of a response with that status has to be collected. */
    boolean collects(int status) {
        return switch (this) {
            case NONE -> false;
            case ERRORS -> status >= 400;
            case COLLECTION, DATABASE_IDS -> true;
        };
    }

    /**
     * Changes a response's body, which may be overwritten.
     *
     * @param asked the collection that the request names: a client is told nothing of others' ids
     */
    byte[] apply(int status, byte[] body, Catalog catalog, Optional<CollectionEntry> asked) {
        if (status >= 400) {
            asked.ifPresent(entry -> UuidSwap.swapAll(body, entry::publicIdOf));
            return body;
        }
        return switch (this) {
            case NONE, ERRORS -> body;
            case COLLECTION -> collection(body, catalog);
            case DATABASE_IDS -> databases(body);
        };
    }

    private static byte[] collection(byte[] body, Catalog catalog) {
        Optional<CollectionHead> head = CollectionJson.head(body);
        Optional<UUID> id = head.flatMap(h -> CollectionIds.parse(h.id())).flatMap(catalog::publicId);
        id.ifPresent(publicId -> UuidSwap.swapAt(body, head.orElseThrow().idStart(), publicId));
        return body;
    }

    private static byte[] databases(byte[] body) {
        ByteArrayOutputStream changed = new ByteArrayOutputStream(body.length + SPARE);
        try (JsonParser parser = ClientJson.once().createParser(body);
                JsonGenerator to = JSON.createGenerator(changed)) {
            parser.setCodec(JSON);
            if (parser.nextToken() == JsonToken.START_ARRAY) {
                // One at a time: a tree of all takes many times what the text does.
                to.writeStartArray();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    database(parser, to);
                }
                to.writeEndArray();
            } else {
                database(parser, to);
            }
            if (parser.nextToken() != null) {
                return body;
            }
        } catch (JsonProcessingException e) {
            return body;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return changed.toByteArray();
    }

    private static void database(JsonParser parser, JsonGenerator to) throws IOException {
        JsonNode database = parser.readValueAsTree();
        stableId(database);
        to.writeTree(database);
    }

    private static void stableId(JsonNode database) {
        if (database instanceof ObjectNode object) {
            String tenant = object.path("tenant").asText();
            String name = object.path("name").asText();
            object.put("id", DatabaseIds.stable(tenant, name).toString());
        }
    }
}
