package org.chromaproxy.bench.row.real;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.chromaproxy.bench.row.Chroma;

/** What one client sends without end, from several connections, to disturb the others: of each kind what costs a server most. */
enum Noise {
    /** Adds of one record. */
    WRITES(24),
    /** Reads of one record. */
    READS(24),
    CREATES(8),
    /** Of as many records as one write may name, which are written first. */
    DELETES(1),
    DELETES_BY_FILTER(1),
    /** Of more than it may name: refused. */
    LARGER_DELETES(1),
    /** Upserts of records with arrays. */
    LIST_METADATA(2),
    /** The same of a collection, which no server takes. */
    LIST_METADATA_BY_PUT(2),
    /** A filter that no server can evaluate. */
    POISON(2);

    /** As many ids as one write may have, and the records that a filter finds. */
    private static final int LARGEST = 20_000;

    private static final int AT_ONCE = 5_000;
    private static final int TERMS = 1_200;
    private static final int ARRAYS = 100;
    private static final List<String> FILLING = IntStream.range(0, LARGEST / AT_ONCE)
            .mapToObj(i -> records(i * AT_ONCE, AT_ONCE, "{\"kind\":\"noise\"}"))
            .toList();
    private static final String ALL = "{\"ids\":[" + ids(0, LARGEST) + "]}";
    private static final String MORE = "{\"ids\":[" + ids(0, 3 * LARGEST) + "]}";
    private static final String DEEP = IntStream.range(0, TERMS)
            .mapToObj(i -> "{\"k\":" + i + "}")
            .collect(Collectors.joining(",", "{\"where\":{\"$or\":[", "]}}"));
    private static final String WITH_ARRAYS = records(0, ARRAYS, "{\"kind\":[\"a\",\"b\",\"c\"]}");

    private final int clients;

    Noise(int clients) {
        this.clients = clients;
    }

    /** How many send it at once, each its next request when the one before is answered. */
    int clients() {
        return clients;
    }

    /** One request. */
    record Step(String method, String path, String body) {}

    /**
     * What a client sends next, one after the other.
     *
     * @param collection path of the collection it is sent to
     * @param number different each time
     */
    List<Step> steps(String collection, int number) {
        return switch (this) {
            case WRITES ->
                List.of(post(collection + "/add", "{\"ids\":[\"f" + number + "\"],\"embeddings\":[[1,2,3]]}"));
            case READS -> List.of(post(collection + "/get", "{\"ids\":[\"first\"]}"));
            case CREATES -> List.of(post(Chroma.COLLECTIONS, "{\"name\":\"noise-" + number + "\"}"));
            case DELETES -> filled(collection, ALL);
            case DELETES_BY_FILTER -> filled(collection, "{\"where\":{\"kind\":\"noise\"}}");
            case LARGER_DELETES -> List.of(post(collection + "/delete", MORE));
            case LIST_METADATA -> List.of(post(collection + "/upsert", WITH_ARRAYS));
            case LIST_METADATA_BY_PUT ->
                List.of(new Step("PUT", collection, "{\"new_metadata\":{\"a\":[" + number + "]}}"));
            case POISON -> List.of(post(collection + "/delete", DEEP));
        };
    }

    private static Step post(String path, String body) {
        return new Step("POST", path, body);
    }

    private static List<Step> filled(String collection, String deletion) {
        return IntStream.rangeClosed(0, FILLING.size())
                .mapToObj(i -> i == FILLING.size()
                        ? post(collection + "/delete", deletion)
                        : post(collection + "/upsert", FILLING.get(i)))
                .toList();
    }

    private static String records(int from, int count, String metadata) {
        return "{\"ids\":[" + ids(from, count) + "],\"embeddings\":[" + repeated("[1,2,3]", count) + "],\"metadatas\":["
                + repeated(metadata, count) + "]}";
    }

    private static String repeated(String text, int count) {
        return IntStream.range(0, count).mapToObj(_ -> text).collect(Collectors.joining(","));
    }

    private static String ids(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(i -> "\"n" + i + "\"")
                .collect(Collectors.joining(","));
    }
}
