package org.chromaproxy.drill.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** All collections of one database, and how they came to be. Fed in the order of the log. */
public final class World {
    private final Map<String, Timeline> timelines = new HashMap<>();
    private final Map<String, String> names = new HashMap<>();

    /** A collection is made, unless its name is taken: then a get-or-create has found that one. */
    public void create(long lsn, String publicId, JsonNode body) {
        String name = body.path("name").asText();
        if (names.putIfAbsent(name, publicId) == null) {
            timelines.put(publicId, new Timeline(lsn, CollectionState.created(name, body.path("metadata"))));
        }
    }

    public void modify(long lsn, String publicId, JsonNode body) {
        alive(publicId).ifPresent(timeline -> {
            CollectionState changed = timeline.last().modified(body);
            names.remove(timeline.last().name());
            names.put(changed.name(), publicId);
            timeline.add(lsn, changed);
        });
    }

    /** Deleted by the name it has at this position. */
    public void drop(long lsn, String name) {
        String publicId = names.remove(name);
        if (publicId != null) {
            alive(publicId).ifPresent(timeline -> timeline.delete(lsn));
        }
    }

    /** An add, upsert, update or delete, by its last path segment. */
    public void write(long lsn, String publicId, String operation, JsonNode body) {
        timeline(publicId).ifPresent(timeline -> {
            CollectionState before = timeline.last();
            List<CollectionState.Row> rows = CollectionState.Row.of(body);
            timeline.add(
                    lsn,
                    switch (operation) {
                        case "add" -> before.added(rows);
                        case "upsert" -> before.upserted(rows);
                        case "update" -> before.updated(rows);
                        case "delete" -> before.without(before.selected(body));
                        default -> throw new IllegalArgumentException("the model does not know " + operation);
                    });
        });
    }

    private Optional<Timeline> alive(String publicId) {
        return timeline(publicId).filter(timeline -> timeline.deletedAt() == 0);
    }

    public Optional<Timeline> timeline(String publicId) {
        return Optional.ofNullable(timelines.get(publicId));
    }

    /** Public ids of the collections alive at the end, by name. */
    public SortedMap<String, String> named() {
        return new TreeMap<>(names);
    }
}
