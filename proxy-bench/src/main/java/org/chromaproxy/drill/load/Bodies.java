package org.chromaproxy.drill.load;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The bodies of requests, drawn from a random source. Every record carries the number of the operation that wrote it, in
 * its document and its metadata, and an embedding that a float holds exactly. Confined to one client.
 */
final class Bodies {
    static final int DIMENSION = 4;
    private static final int GROUPS = 6;
    private static final int MOST_IDS = 4;
    /**
     * Only a hot collection's first write adds these, and nothing deletes them; the embeddings of no others are updated. Of an
     * id that is missing and added later, Chroma itself may show the update's embedding: docs/known-chroma-faults.md.
     */
    private static final List<String> LASTING =
            IntStream.range(0, 8).mapToObj(number -> "\"e" + number + "\"").toList();

    private final Random random;

    Bodies(Random random) {
        this.random = random;
    }

    String ids(Shelf shelf) {
        return "{\"ids\":" + list(some(shelf)) + "}";
    }

    /** Ids to read: now and then those that last. */
    String idsToRead(Shelf shelf) {
        return random.nextInt(4) == 0 ? "{\"ids\":" + list(some(LASTING)) + "}" : ids(shelf);
    }

    private List<String> some(Shelf shelf) {
        return some(IntStream.range(0, shelf.ids())
                .mapToObj(number -> "\"k" + number + "\"")
                .toList());
    }

    private List<String> some(List<String> ids) {
        List<String> shuffled = new ArrayList<>(ids);
        Collections.shuffle(shuffled, random);
        return shuffled.subList(0, 1 + random.nextInt(MOST_IDS));
    }

    private static String list(List<String> values) {
        return "[" + String.join(",", values) + "]";
    }

    /** An add or an upsert; an upsert may leave documents out, which keeps what was there. */
    String records(Shelf shelf, long operation, boolean documents) {
        return records(some(shelf), operation, DIMENSION, documents);
    }

    /** The add that fixes a collection's dimension; it also brings a hot one what lasts there. */
    String firstRecords(Shelf shelf, long operation) {
        List<String> ids = new ArrayList<>(some(shelf));
        if (shelf.hot()) {
            ids.addAll(LASTING);
        }
        return records(ids, operation, DIMENSION, true);
    }

    /** An add that no server takes: its embeddings are too long. */
    String wrongDimension(Shelf shelf, long operation) {
        return records(some(shelf), operation, DIMENSION + 1, true);
    }

    private String records(List<String> ids, long operation, int dimension, boolean documents) {
        List<String> embeddings =
                ids.stream().map(id -> embedding(operation, dimension)).toList();
        List<String> texts =
                ids.stream().map(id -> "\"written by " + operation + "\"").toList();
        return "{\"ids\":" + list(ids) + ",\"embeddings\":" + list(embeddings) + ",\"metadatas\":"
                + list(ids.stream().map(id -> metadata(id, operation)).toList())
                + (documents ? ",\"documents\":" + list(texts) : "") + "}";
    }

    /** An update: metadata always, now and then without the group; document and embedding sometimes. */
    String update(Shelf shelf, long operation) {
        boolean embeddings = random.nextInt(3) == 0;
        List<String> ids = embeddings ? some(LASTING) : some(shelf);
        String metadatas = list(ids.stream()
                .map(id -> random.nextInt(5) == 0 ? "{\"u\":" + operation + ",\"g\":null}" : metadata(id, operation))
                .toList());
        String body = "{\"ids\":" + list(ids) + ",\"metadatas\":" + metadatas;
        if (embeddings) {
            body += ",\"embeddings\":"
                    + list(ids.stream()
                            .map(id -> embedding(operation, DIMENSION))
                            .toList());
        }
        if (random.nextInt(2) == 0) {
            body += ",\"documents\":"
                    + list(ids.stream()
                            .map(id -> "\"updated by " + operation + "\"")
                            .toList());
        }
        return body + "}";
    }

    /** With a group, by which records are read and deleted; what lasts has none. */
    private String metadata(String id, long operation) {
        String group = LASTING.contains(id) ? "" : "\"g\":" + random.nextInt(GROUPS) + ",";
        return "{" + group + "\"v\":" + operation + "}";
    }

    private String embedding(long operation, int dimension) {
        String rest = IntStream.range(1, dimension)
                .mapToObj(i -> Integer.toString(random.nextInt(16)))
                .collect(Collectors.joining(","));
        return "[" + operation + "," + rest + "]";
    }

    String where(String more) {
        int group = random.nextInt(GROUPS);
        String filter = switch (random.nextInt(4)) {
            case 0 -> "{\"g\":" + group + "}";
            case 1 -> "{\"g\":{\"$eq\":" + group + "}}";
            case 2 -> "{\"g\":{\"$in\":[" + group + "," + (group + 1) % GROUPS + "]}}";
            default -> "{\"$and\":[{\"g\":{\"$gte\":" + group + "}},{\"g\":{\"$lt\":" + (group + 2) + "}}]}";
        };
        return "{\"where\":" + filter + more + "}";
    }

    String limitedWhere() {
        return where(",\"limit\":" + (1 + random.nextInt(3)));
    }

    /** A read of documents and metadata; never of embeddings, whose reading trips a fault of Chroma 1.0.5 itself. */
    static String including(String body) {
        return body.substring(0, body.length() - 1) + ",\"include\":[\"documents\",\"metadatas\"]}";
    }

    String query() {
        return "{\"query_embeddings\":[" + embedding(random.nextInt(1000), DIMENSION) + "],\"n_results\":"
                + (1 + random.nextInt(10)) + ",\"include\":[\"distances\"]}";
    }
}
