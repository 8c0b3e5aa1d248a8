package org.chromaproxy.adopt;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.chromaproxy.catalog.Catalog.Database;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.copy.CopyServices;
import org.chromaproxy.copy.SetAside;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clears an instance that the log has let go of, and gives it another's tenants and databases. Its lanes take no part, but
 * each request is a record first. Blocking, for worker threads.
 */
final class BareInstance {
    private static final Logger LOG = LoggerFactory.getLogger(BareInstance.class);

    private final CopyServices services;
    private final Instance instance;
    private final Set<String> tenants;

    /** @param tenants that are looked at, beside those the catalog knows */
    BareInstance(CopyServices services, Instance instance, Set<String> tenants) {
        this.services = services;
        this.instance = instance;
        this.tenants = tenants;
    }

    private Set<String> asked() {
        Set<String> asked = new LinkedHashSet<>(tenants);
        services.catalog().alive().forEach(entry -> asked.add(entry.path().tenant()));
        return asked;
    }

    int collections() {
        return Inventory.of(services, instance, asked()).collections().size();
    }

    /**
     * Frees every name there. What a collection of the catalog is to replace is kept under another name until that is
     * whole; what nothing replaces is deleted.
     */
    void clear() {
        List<Inventory.Found> all =
                new ArrayList<>(Inventory.of(services, instance, asked()).collections());
        // One that is known by its id goes before another that came to have its name.
        all.sort(Comparator.comparing(
                found -> services.catalog().byId(found.id()).isEmpty()));
        for (Inventory.Found found : all) {
            Mapping.Path path = found.path();
            Optional<CollectionEntry> replaced = services.catalog()
                    .byId(found.id())
                    .or(() -> services.catalog().named(path));
            if (replaced.isPresent()) {
                SetAside.of(services, replaced.get(), instance).setAside(path);
            } else {
                LOG.warn("resync of {}: deleting {} ({}) there", instance, path, found.id());
                SetAside.delete(services, instance, path, found.id(), found.id());
            }
        }
    }

    /** What the other lacks is deleted here: it would come back there at the first meeting. */
    void level(Instance like) {
        Set<String> asked = asked();
        Inventory wanted = Inventory.ofContainers(services, like, asked);
        Inventory present = Inventory.ofContainers(services, instance, asked);
        wanted.tenants().stream()
                .filter(tenant -> !present.tenants().contains(tenant))
                .forEach(tenant -> create(ChromaPaths.tenants(), tenant));
        for (Database database : present.databases()) {
            if (!wanted.databases().contains(database)) {
                LOG.warn("resync of {}: deleting {} there", instance, database);
                Mapping.Path path = new Mapping.Path(database.tenant(), database.name(), "");
                services.delete(path, instance, ChromaPaths.database(database.tenant(), database.name()));
            }
        }
        wanted.databases().stream()
                .filter(database -> !present.databases().contains(database))
                .forEach(database -> create(ChromaPaths.databases(database.tenant()), database.name()));
    }

    private void create(String uri, String name) {
        UUID lane = UUID.randomUUID();
        byte[] body = Containers.named(name);
        Subject subject = new Subject(lane, lane, "", "", name, instance.name());
        services.log().append(OpKind.REPAIR, subject, new WriteRequest("POST", uri, "application/json", body));
        UpstreamResponse answer = services.remote().write(instance, "POST", uri, body);
        if (!answer.chromaError(409)) {
            services.remote().expect(instance, uri, answer);
        }
    }
}
