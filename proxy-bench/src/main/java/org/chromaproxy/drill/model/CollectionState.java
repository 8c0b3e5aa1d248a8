package org.chromaproxy.drill.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;

/**
 * A collection at one position of the log.
 *
 * @param metadata of the collection, as fields of JSON text
 * @param records by id, in the order of insertion
 */
public record CollectionState(
        String name, SortedMap<String, String> metadata, SequencedMap<String, StoredRecord> records) {
    public CollectionState {
        records = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(records));
    }

    static CollectionState created(String name, JsonNode metadata) {
        return new CollectionState(name, StoredRecord.fields(metadata), new LinkedHashMap<>());
    }

    CollectionState modified(JsonNode change) {
        return new CollectionState(
                change.path("new_name").asText(name),
                change.hasNonNull("new_metadata") ? StoredRecord.fields(change.get("new_metadata")) : metadata,
                records);
    }

    /** Adds what is not there yet. */
    CollectionState added(List<Row> rows) {
        SequencedMap<String, StoredRecord> next = new LinkedHashMap<>(records);
        rows.forEach(row -> next.putIfAbsent(row.id(), row.over(StoredRecord.empty())));
        return with(next);
    }

    CollectionState upserted(List<Row> rows) {
        SequencedMap<String, StoredRecord> next = new LinkedHashMap<>(records);
        rows.forEach(row -> next.put(row.id(), row.over(next.getOrDefault(row.id(), StoredRecord.empty()))));
        return with(next);
    }

    /** Changes what is there; the rest is ignored. */
    CollectionState updated(List<Row> rows) {
        SequencedMap<String, StoredRecord> next = new LinkedHashMap<>(records);
        rows.forEach(row -> next.computeIfPresent(row.id(), (id, before) -> row.over(before)));
        return with(next);
    }

    CollectionState without(List<String> ids) {
        SequencedMap<String, StoredRecord> next = new LinkedHashMap<>(records);
        ids.forEach(next::remove);
        return with(next);
    }

    private CollectionState with(SequencedMap<String, StoredRecord> next) {
        return new CollectionState(name, metadata, next);
    }

    /** The ids a body's {@code ids} and {@code where} select, in order of insertion. */
    public List<String> selected(JsonNode body) {
        Filter filter = Filter.of(body);
        List<String> wanted = new ArrayList<>();
        body.path("ids").forEach(id -> wanted.add(id.asText()));
        List<String> selected = new ArrayList<>();
        for (Map.Entry<String, StoredRecord> entry : records.entrySet()) {
            boolean named = !body.has("ids") || wanted.contains(entry.getKey());
            if (named && filter.matches(entry.getValue())) {
                selected.add(entry.getKey());
            }
        }
        return selected;
    }

    /** One record of a write's parallel arrays; a field that is not there is kept as it was. */
    record Row(String id, String document, SortedMap<String, String> metadata, List<Float> embedding) {
        static List<Row> of(JsonNode body) {
            List<Row> rows = new ArrayList<>();
            for (int i = 0; i < body.path("ids").size(); i++) {
                rows.add(new Row(
                        body.path("ids").path(i).asText(),
                        StoredRecord.text(body.path("documents").path(i)),
                        StoredRecord.fields(body.path("metadatas").path(i)),
                        StoredRecord.floats(body.path("embeddings").path(i))));
            }
            return rows;
        }

        StoredRecord over(StoredRecord before) {
            return before.merged(document, metadata, embedding);
        }
    }
}
