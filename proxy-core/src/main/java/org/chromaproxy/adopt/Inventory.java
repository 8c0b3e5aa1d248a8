package org.chromaproxy.adopt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.ToIntFunction;
import org.chromaproxy.blocking.Remote;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.Catalog.Database;
import org.chromaproxy.copy.CopyServices;
import org.chromaproxy.copy.SetAside;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Witnesses;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.scan.ClientJson;
import org.chromaproxy.scan.CollectionHead;
import org.chromaproxy.scan.CollectionJson;
import org.chromaproxy.scan.CollectionSettings;
import org.chromaproxy.scan.Slice;
import org.chromaproxy.wal.record.Mapping;

/** What one instance holds: the tenants asked for, their databases, and the collections in them. Immutable once read. */
final class Inventory {
    private static final int PAGE = 250;
    /** A page that is larger is asked for again in smaller ones. */
    private static final int PAGE_BYTES = 2 << 20;
    /** So large may one be that is asked for by itself. */
    private static final int ONE_BYTES =
            (int) Math.min(64 << 20, Math.max(PAGE_BYTES, Runtime.getRuntime().maxMemory() / 8));

    private static final int SMALLER = 4;

    /**
     * One collection there.
     *
     * @param settings their {@link CollectionSettings#digest}; empty if they are too large to be compared
     */
    record Found(Mapping.Path path, UUID id, boolean dimensioned, Optional<String> settings) {}

    /** A collection there that a copy replaces, or has replaced. */
    record Aside(Mapping.Path path, UUID id, UUID publicId) {}

    private final Instance instance;
    private final Set<String> tenants = new LinkedHashSet<>();
    private final Set<Database> databases = new LinkedHashSet<>();
    private final Map<Mapping.Path, Found> byPath = new HashMap<>();
    private final Map<UUID, Found> byId = new HashMap<>();
    private final List<Aside> asides = new ArrayList<>();

    private final Catalog catalog;

    private Inventory(Instance instance, Catalog catalog) {
        this.instance = instance;
        this.catalog = catalog;
    }

    /** Asks the instance; the tenant of the witnesses is left out. */
    static Inventory of(CopyServices services, Instance instance, Collection<String> tenants) {
        Inventory inventory = ofContainers(services, instance, tenants);
        inventory.databases.forEach(database -> inventory.readCollections(services.remote(), database));
        return inventory;
    }

    /** The same without the collections. */
    static Inventory ofContainers(CopyServices services, Instance instance, Collection<String> tenants) {
        Inventory inventory = new Inventory(instance, services.catalog());
        inventory.readContainers(services.remote(), tenants);
        return inventory;
    }

    private void readContainers(Remote remote, Collection<String> asked) {
        for (String tenant : asked) {
            if (!tenant.equals(Witnesses.TENANT) && exists(remote, tenant)) {
                tenants.add(tenant);
                readDatabases(remote, tenant);
            }
        }
    }

    private boolean exists(Remote remote, String tenant) {
        String path = ChromaPaths.tenant(tenant);
        var answer = remote.get(instance, path);
        return !answer.chromaError(404) && remote.expect(instance, path, answer).length > 0;
    }

    private void readDatabases(Remote remote, String tenant) {
        readPages(remote, ChromaPaths.databases(tenant), body -> {
            JsonNode page = tree(body);
            page.forEach(database ->
                    databases.add(new Database(tenant, database.path("name").asText())));
            return page.size();
        });
    }

    /** Whatever clients have put there, no more of it than a page is in memory at once. */
    private void readPages(Remote remote, String path, ToIntFunction<byte[]> take) {
        int size = PAGE;
        int offset = 0;
        boolean more = true;
        while (more) {
            String uri = path + "?limit=" + size + "&offset=" + offset;
            Optional<byte[]> page = remote.within(instance, uri, size == 1 ? ONE_BYTES : PAGE_BYTES);
            if (page.isPresent()) {
                int taken = take.applyAsInt(page.get());
                more = taken == size;
                offset += taken;
                size = Math.min(PAGE, 2 * size);
            } else if (size > 1) {
                size = Math.max(1, size / SMALLER);
            } else {
                throw new StepException(
                        instance + " answered " + uri + " with more than " + ONE_BYTES + " bytes: they are not read");
            }
        }
    }

    private void readCollections(Remote remote, Database database) {
        String path = ChromaPaths.collections(database.tenant(), database.name());
        readPages(remote, path, body -> {
            List<CollectionJson.Element> page = CollectionJson.elements(body)
                    .orElseThrow(() -> new StepException(instance + " answered " + path + " with something else"));
            page.forEach(element -> take(database, element.head(), settings(body, element.bytes())));
            return page.size();
        });
    }

    private static Optional<String> settings(byte[] body, Slice element) {
        return element.length() > PAGE_BYTES
                ? Optional.empty()
                : CollectionSettings.of(body, element).map(CollectionSettings::digest);
    }

    /** Asks for the settings of one of them again; empty if it is not there any more, or they are too large. */
    Optional<CollectionSettings> settings(Remote remote, Found found) {
        try {
            return remote.within(instance, ChromaPaths.collection(found.path()), PAGE_BYTES)
                    .flatMap(CollectionSettings::of);
        } catch (StepException gone) {
            return Optional.empty();
        }
    }

    private void take(Database database, CollectionHead head, Optional<String> settings) {
        CollectionIds.parse(head.id()).ifPresent(id -> {
            Mapping.Path path = new Mapping.Path(database.tenant(), database.name(), head.name());
            Optional<UUID> replacedBy = SetAside.replacedBy(head.name());
            if (replacedBy.isPresent() && !SetAside.isClients(catalog, head.name(), id)) {
                asides.add(new Aside(path, id, replacedBy.get()));
                return;
            }
            Found found = new Found(path, id, head.dimension().isPresent(), settings);
            byPath.put(path, found);
            byId.put(id, found);
        });
    }

    Instance instance() {
        return instance;
    }

    Set<String> tenants() {
        return tenants;
    }

    Set<Database> databases() {
        return databases;
    }

    Collection<Found> collections() {
        return List.copyOf(new ArrayList<>(byPath.values()));
    }

    /** What copies replace, or have replaced; not among the collections. */
    List<Aside> asides() {
        return List.copyOf(asides);
    }

    boolean isAside(UUID id) {
        return asides.stream().anyMatch(aside -> aside.id().equals(id));
    }

    Optional<Found> at(Mapping.Path path) {
        return Optional.ofNullable(byPath.get(path));
    }

    Optional<Found> withId(UUID id) {
        return Optional.ofNullable(byId.get(id));
    }

    private static JsonNode tree(byte[] body) {
        try {
            return ClientJson.tree(body);
        } catch (JsonProcessingException e) {
            throw new StepException("an answer is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
