package org.chromaproxy.copy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.blocking.Waiting;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Witnesses;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.CollectionSettings;
import org.chromaproxy.scan.Slice;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Mapping;

/**
 * What a collection is beside its records, metadata, configuration, schema and dimension, brought from its source to one
 * instance. The source's word of the moment is the truth: the schema grows as records arrive. Blocking.
 *
 * <p>A release that has schemas (1.5.9) takes all of the configuration in them, also what it does not tell otherwise, but
 * refuses them beside metadata that configure the index, and forgets some embedding functions: so these follow by a
 * change.
 */
final class SettingsCopy {
    private static final Mapping.Path WITNESS =
            new Mapping.Path(Witnesses.TENANT, Witnesses.DATABASE, Witnesses.COLLECTION);
    /** A change that is on its way to both sides is over by then. */
    private static final long PASSING_MS = 2_000;

    private final CopyServices services;
    private final CollectionEntry entry;
    private final Instance target;

    SettingsCopy(CopyServices services, CollectionEntry entry, Instance target) {
        this.services = services;
        this.entry = entry;
        this.target = target;
    }

    /** The body that creates the like of the source's collection. */
    byte[] creation(Instance source) {
        return creation(entry.path().name(), collection(source), knowsSchemas());
    }

    /** Whether the instance's release has schemas, as its witness tells. */
    private boolean knowsSchemas() {
        String uri = ChromaPaths.collection(WITNESS);
        UpstreamResponse witness = services.remote().get(target, uri);
        return !witness.chromaError(404)
                && Members.of(services.remote().expect(target, uri, witness)).containsKey("schema");
    }

    /** The same from an answer; values as the source printed them. */
    static byte[] creation(String name, byte[] collection, boolean schemas) {
        Map<String, Slice> members = Members.of(collection);
        StringBuilder body = new StringBuilder("{\"name\":");
        body.append(new String(Members.bytes(name), StandardCharsets.UTF_8));
        Slice schema = members.get("schema");
        Slice metadata = members.get("metadata");
        if (schema != null && schemas) {
            append(body, "schema", text(collection, schema));
            if (metadata != null && !configures(Members.tree(collection, metadata))) {
                append(body, "metadata", text(collection, metadata));
            }
        } else {
            Optional.ofNullable(metadata).ifPresent(slice -> append(body, "metadata", text(collection, slice)));
            configuration(collection, members).ifPresent(value -> append(body, "configuration", value));
        }
        return body.append(",\"get_or_create\":false}").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static boolean configures(JsonNode metadata) {
        boolean configures = false;
        for (Map.Entry<String, JsonNode> each : metadata.properties()) {
            configures |= each.getKey().startsWith("hnsw:");
        }
        return configures;
    }

    /** The configuration, with what only a schema tells of it. */
    private static Optional<String> configuration(byte[] collection, Map<String, Slice> members) {
        Slice slice = members.get("configuration_json");
        if (slice == null) {
            return Optional.empty();
        }
        JsonNode configuration = Members.tree(collection, slice);
        Slice schema = members.get("schema");
        JsonNode told = schema == null
                ? Members.tree("{}".getBytes(StandardCharsets.US_ASCII))
                : Members.tree(collection, schema).at("/keys/#embedding/float_list/vector_index/config/hnsw");
        if (told.isObject() && !told.isEmpty() && configuration.path("hnsw") instanceof ObjectNode hnsw) {
            told.properties().forEach(each -> hnsw.putIfAbsent(each.getKey(), each.getValue()));
            return Optional.of(configuration.toString());
        }
        return Optional.of(text(collection, slice));
    }

    private static void append(StringBuilder body, String key, String value) {
        body.append(",\"").append(key).append("\":").append(value);
    }

    private static String text(byte[] source, Slice slice) {
        return new String(source, slice.start(), slice.length(), StandardCharsets.UTF_8);
    }

    /**
     * Brings what a create cannot bring.
     *
     * @throws StepException if it cannot be done now
     */
    void level() {
        Instance source = services.source(entry, target);
        byte[] here = collection(source);
        CollectionSettings wanted = settings(source, here);
        CollectionSettings found = settings(target, collection(target));
        if (wanted.sameShape(found).isEmpty()) {
            return;
        }
        JsonNode like = Members.tree(here);
        List<String> changes = new ArrayList<>();
        if (!wanted.sameMetadata(found) && like.path("metadata").isObject()) {
            changes.add("\"new_metadata\":"
                    + text(here, Objects.requireNonNull(Members.of(here).get("metadata"))));
        }
        JsonNode function = like.at("/configuration_json/embedding_function");
        if (function.isObject()) {
            changes.add("\"new_configuration\":{\"embedding_function\":" + function + "}");
        }
        changes.forEach(change -> put("{" + change + "}"));
    }

    private void put(String change) {
        Mapping.Path path = entry.path();
        String uri = ChromaPaths.collections(path.tenant(), path.database()) + "/"
                + entry.place(target)
                        .orElseThrow(() -> new StepException(entry + " is not on " + target))
                        .instanceId();
        services.repair(
                entry.publicId(),
                path,
                target,
                new CopyServices.Request("PUT", uri, change.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * A difference between source and target, records aside, that does not pass by itself; to be asked while nothing is
     * written on either side.
     *
     * @throws StepException if it cannot be told now
     */
    Optional<String> lastingDifference() {
        Instance source = services.source(entry, target);
        List<String> seen = new ArrayList<>();
        boolean equal = Waiting.until(
                () -> {
                    seen.clear();
                    settings(source, collection(source))
                            .difference(settings(target, collection(target)))
                            .ifPresent(seen::add);
                    return seen.isEmpty();
                },
                PASSING_MS);
        return equal ? Optional.empty() : seen.stream().findFirst();
    }

    private byte[] collection(Instance instance) {
        return services.remote().require(instance, ChromaPaths.collection(entry.path()));
    }

    private static CollectionSettings settings(Instance instance, byte[] answer) {
        return CollectionSettings.of(answer)
                .orElseThrow(() -> new StepException(instance + " answered with something that is no collection"));
    }
}
