package org.chromaproxy.admin;

import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.chromaproxy.admin.page.AdminRequest;
import org.chromaproxy.admin.page.AdminServices;
import org.chromaproxy.admin.page.Answers;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;

/** Forgets a collection's mapping; the collection itself stays on the instances, out of clients' reach. */
final class DropMapping {
    private final AdminServices services;
    private final EventLoop loop;
    private final Actions.Durably durably;

    DropMapping(AdminServices services, EventLoop loop, Actions.Durably durably) {
        this.services = services;
        this.loop = loop;
        this.durably = durably;
    }

    CompletableFuture<Answer> run(AdminRequest request) {
        Mapping.Path path = new Mapping.Path(
                request.parameter("tenant").orElse("default_tenant"),
                request.parameter("database").orElse("default_database"),
                request.segmentAfter("/collection/mappings/"));
        if (services.proxy().catalog().isProtected(path.name())) {
            throw Answers.refuse(
                    ProxyError.PROTECTED,
                    "Collection [" + path.name() + "] is protected by the proxy's configuration, and so is its mapping."
                            + " Nothing was changed.");
        }
        return CompletableFuture.supplyAsync(() -> permitted(path), loop)
                .thenCompose(entry -> durably.apply(
                                List.of(new Change.DropMapping(entry.publicId())), () -> forget(entry))
                        .thenApply(done -> Answers.json(
                                200,
                                Answers.object()
                                        .put("success", true)
                                        .put("message", "The mapping is gone; the collection itself was not touched.")
                                        .put("collection_name", path.name())
                                        .put("public_id", entry.publicId().toString()))));
    }

    /** On the catalog's loop, where its lanes may be looked at. */
    private CollectionEntry permitted(Mapping.Path path) {
        CollectionEntry entry = services.proxy()
                .catalog()
                .named(path)
                .orElseThrow(() -> Answers.notFound(ProxyError.noCollectionNamed(path.name())));
        for (Instance instance : services.proxy().instances()) {
            boolean catalogOwed = !services.lanes().catalogInSync(instance);
            if (catalogOwed
                    || entry.place(instance)
                            .filter(place -> owed(entry, instance, place))
                            .isPresent()) {
                throw Answers.conflict("Instance " + instance + " has not applied every write of [" + path.name()
                        + "] yet; without its mapping these would be lost. Nothing was changed; try again when"
                        + " pending_writes is 0.");
            }
        }
        return entry;
    }

    /** A diverged copy is owed nothing: its lane has let go of it. */
    private static boolean owed(CollectionEntry entry, Instance instance, Place place) {
        return place.state() != PlaceState.DIVERGED
                && entry.gate().applied(instance.index()) < entry.gate().sent();
    }

    private void forget(CollectionEntry entry) {
        services.proxy().catalog().drop(entry.publicId());
        services.lanes().forget(entry.publicId());
    }
}
