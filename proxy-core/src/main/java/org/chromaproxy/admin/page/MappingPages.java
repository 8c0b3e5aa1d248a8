package org.chromaproxy.admin.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.chromaproxy.adopt.Stranger;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.store.StoreException;
import org.jspecify.annotations.Nullable;

/** Which collection lives where, under which ids. Reads the times of mappings from the log: blocks. */
public final class MappingPages {
    private static final Comparator<CollectionEntry> ORDER = Comparator.comparing(
                    (CollectionEntry entry) -> entry.path().tenant())
            .thenComparing(entry -> entry.path().database())
            .thenComparing(entry -> entry.path().name());

    private final AdminServices services;

    public MappingPages(AdminServices services) {
        this.services = services;
    }

    public Answer mappings(AdminRequest request) {
        ArrayNode rows = rows(found(request), request);
        ObjectNode body = Answers.object();
        body.set("mappings", rows);
        body.put("count", services.proxy().catalog().size());
        body.set("unmapped_collections", strangers());
        return Answers.json(200, body);
    }

    public Answer collectionMappings(AdminRequest request) {
        List<CollectionEntry> found = found(request);
        ObjectNode body = Answers.object();
        body.set("collection_mappings", rows(found, request));
        body.put("total_mappings", services.proxy().catalog().size()).put("matching_mappings", found.size());
        return Answers.json(200, body);
    }

    /** Those that {@code ?search=} finds by part of a name or by an id, and {@code ?status=} admits. */
    private List<CollectionEntry> found(AdminRequest request) {
        String wanted = request.parameter("search").orElse("").strip().toLowerCase(Locale.ROOT);
        String status = request.parameter("status").orElse("");
        return services.proxy().catalog().alive().stream()
                .filter(entry -> wanted.isEmpty() || matches(entry, wanted))
                .filter(entry -> status.isEmpty() || status.equals(status(entry)))
                .toList();
    }

    private boolean matches(CollectionEntry entry, String wanted) {
        return entry.path().name().toLowerCase(Locale.ROOT).contains(wanted)
                || entry.publicId().toString().startsWith(wanted)
                || services.proxy().instances().stream()
                        .flatMap(instance -> entry.place(instance).stream())
                        .anyMatch(place -> place.instanceId().toString().startsWith(wanted));
    }

    private static String status(CollectionEntry entry) {
        return entry.complete() ? "complete" : "partial";
    }

    private ArrayNode rows(List<CollectionEntry> found, AdminRequest request) {
        List<CollectionEntry> page = found.stream()
                .sorted(ORDER)
                .skip(request.number("offset", 0))
                .limit(request.number("limit", Integer.MAX_VALUE))
                .toList();
        Map<UUID, Instant> times = times(page);
        ArrayNode rows = Answers.JSON.createArrayNode();
        page.forEach(entry -> rows.add(row(entry, times.get(entry.publicId()))));
        return rows;
    }

    /** Without the log the mappings are still known, only not since when. */
    private Map<UUID, Instant> times(List<CollectionEntry> page) {
        try {
            return services.log()
                    .queries()
                    .mappingTimes(page.stream().map(CollectionEntry::publicId).toList());
        } catch (StoreException e) {
            return Map.of();
        }
    }

    private ObjectNode row(CollectionEntry entry, @Nullable Instant updated) {
        Mapping mapping = entry.mapping();
        Instances instances = services.proxy().instances();
        String primary = id(entry, 0);
        String replica = id(entry, 1);
        ObjectNode row = Answers.object()
                .put("collection_name", mapping.path().name())
                .put("tenant", mapping.path().tenant())
                .put("database", mapping.path().database())
                .put("primary_collection_id", primary)
                .put("replica_collection_id", replica)
                .put("primary_uuid", primary)
                .put("replica_uuid", replica)
                .put("created_at", mapping.createdAt().toString())
                .put("updated_at", updated == null ? null : updated.toString())
                .put("status", status(entry))
                .put("public_id", mapping.publicId().toString())
                .put("leader", instances.get(entry.gate().leader()).name())
                .put(
                        "protected",
                        services.proxy().catalog().isProtected(mapping.path().name()));
        ObjectNode places = row.putObject("places");
        for (Instance instance : instances) {
            entry.place(instance).ifPresent(place -> places.set(instance.name(), place(entry, instance, place)));
        }
        return row;
    }

    private static ObjectNode place(CollectionEntry entry, Instance instance, Place place) {
        return Answers.object()
                .put("id", place.instanceId().toString())
                .put("state", place.state().name().toLowerCase(Locale.ROOT))
                .put("reason", place.reason())
                .put("in_sync", entry.gate().readable(instance.index()));
    }

    private @Nullable String id(CollectionEntry entry, int index) {
        Instances instances = services.proxy().instances();
        if (index >= instances.size()) {
            return null;
        }
        return entry.place(instances.get(index))
                .map(place -> Objects.toString(place.instanceId()))
                .orElse(null);
    }

    /** What adoption last found on instances that is not as the catalog says. */
    ArrayNode strangers() {
        ArrayNode list = Answers.JSON.createArrayNode();
        for (Stranger stranger : services.hooks().strangers().get()) {
            list.add(Answers.object()
                    .put("instance", stranger.instance())
                    .put("id", stranger.id().toString())
                    .put("tenant", stranger.tenant())
                    .put("database", stranger.database())
                    .put("collection_name", stranger.name())
                    .put("reason", stranger.reason()));
        }
        return list;
    }
}
