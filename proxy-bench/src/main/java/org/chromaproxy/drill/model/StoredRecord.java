package org.chromaproxy.drill.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One record of a collection, in a form that is equal when the records are.
 *
 * @param document as JSON text, so that none and the empty one differ
 * @param metadata key → value as JSON text; empty for none
 * @param embedding empty where it was not read
 */
public record StoredRecord(String document, SortedMap<String, String> metadata, List<Float> embedding) {
    static final String NONE = "null";

    public StoredRecord {
        metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
        embedding = List.copyOf(embedding);
    }

    /** The record at one place of the parallel arrays of Chroma's answers. */
    public static StoredRecord of(JsonNode document, JsonNode metadata, JsonNode embedding) {
        return new StoredRecord(text(document), fields(metadata), floats(embedding));
    }

    /** JSON text of a value; {@link #NONE} for one that is not there. */
    static String text(JsonNode value) {
        return value.isMissingNode() || value.isNull() ? NONE : value.toString();
    }

    static SortedMap<String, String> fields(JsonNode object) {
        SortedMap<String, String> fields = new TreeMap<>();
        object.properties().forEach(field -> fields.put(field.getKey(), text(field.getValue())));
        return fields;
    }

    static List<Float> floats(JsonNode array) {
        List<Float> floats = new ArrayList<>();
        array.forEach(number -> floats.add((float) number.asDouble()));
        return floats;
    }

    /** The same with other fields laid over: a value of null takes its key away. */
    StoredRecord merged(String newDocument, SortedMap<String, String> over, List<Float> newEmbedding) {
        SortedMap<String, String> merged = new TreeMap<>(metadata);
        over.forEach((key, value) -> {
            if (value.equals(NONE)) {
                merged.remove(key);
            } else {
                merged.put(key, value);
            }
        });
        return new StoredRecord(
                newDocument.equals(NONE) ? document : newDocument,
                merged,
                newEmbedding.isEmpty() ? embedding : newEmbedding);
    }

    static StoredRecord empty() {
        return new StoredRecord(NONE, new TreeMap<>(), List.of());
    }

    @Override
    public String toString() {
        return "{" + document + " " + metadata + (embedding.isEmpty() ? "" : " " + embedding) + "}";
    }
}
