package org.chromaproxy.lane;

import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Optional;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.MappingEdit;
import org.chromaproxy.http.Json;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.route.Routes;
import org.chromaproxy.route.UuidSwap;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Mapping;

/** Renaming a collection, or replacing its metadata or configuration. Repeating it changes nothing. */
final class ModifyOp implements CatalogOp {
    private final Lanes lanes;
    private final CatalogSteps steps;

    ModifyOp(Lanes lanes, CatalogSteps steps) {
        this.lanes = lanes;
        this.steps = steps;
    }

    @Override
    public Plan plan(Lane lane, Write write) {
        Optional<CollectionEntry> target = steps.catalog().known(write.subject().collection());
        boolean decides = lanes.decides(lane, write);
        if (target.isEmpty() || (decides && target.get().deletedLsn() != 0)) {
            return decides ? new Plan.Refuse(gone(write)) : Plan.SKIP;
        }
        // A follower takes every step on the way to a later deletion: names must be free again when they were here.
        CollectionEntry entry = target.get();
        // The new name is kept as the record's name: a body need not be read again for it.
        String newName = write.subject().name();
        if (decides && !newName.isEmpty() && !newName.equals(entry.path().name())) {
            Optional<WriteResult> refusal = refusal(entry, newName);
            if (refusal.isPresent()) {
                return refuse(lane, write, refusal.get());
            }
        }
        if (entry.place(lane.instance).isEmpty()) {
            return decides ? elsewhere(lane, write, entry) : Plan.SKIP;
        }
        entry.touchedByCatalog(write.lsn());
        String path = write.record().content().request().path();
        return new Plan.Send(
                "PUT",
                UuidSwap.swapSegment(
                        path,
                        Routes.classify(HttpMethod.PUT, path).collection(),
                        entry.place(lane.instance).get().instanceId()));
    }

    /** It lives on followers only: the catalog takes the change, they apply it. */
    private Plan elsewhere(Lane lane, Write write, CollectionEntry entry) {
        String newName = write.subject().name();
        List<MappingEdit> effects = newName.isEmpty() ? List.of() : List.of(MappingEdit.name(entry, newName));
        WriteResult done = WriteResult.json(200, new byte[] {'{', '}'});
        steps.complete(lane, write, effects, done);
        return Plan.WAIT;
    }

    private Plan refuse(Lane lane, Write write, WriteResult refusal) {
        byte[] body = write.body();
        if (body == null) {
            return new Plan.Refuse(refusal);
        }
        steps.rehearse(lane, write, Rehearsal.modify(body), () -> lanes.refuse(lane, write, refusal));
        return Plan.WAIT;
    }

    private Optional<WriteResult> refusal(CollectionEntry entry, String newName) {
        String name = entry.path().name();
        if (steps.catalog().isProtected(name) || steps.catalog().isProtected(newName)) {
            String message = "Collection [" + name + "] cannot be renamed to [" + newName
                    + "]: one of these names is protected by the proxy's configuration. Nothing was changed.";
            return Optional.of(WriteResult.of(ProxyError.PROTECTED, message));
        }
        Mapping.Path path = new Mapping.Path(entry.path().tenant(), entry.path().database(), newName);
        if (steps.catalog().named(path).isPresent()) {
            // Chroma itself answers 500 here; the client deserves the reason.
            String message = "Collection [" + newName + "] already exists";
            return Optional.of(WriteResult.json(409, Json.error("ChromaError", message)));
        }
        return Optional.empty();
    }

    private static WriteResult gone(Write write) {
        return WriteResult.of(
                ProxyError.COLLECTION_NOT_FOUND,
                ProxyError.noCollectionWithId(write.subject().collection().toString()));
    }

    @Override
    public void applied(Lane lane, Write write, UpstreamResponse answer) {
        CollectionEntry entry =
                steps.catalog().known(write.subject().collection()).orElseThrow();
        String newName = write.subject().name();
        boolean rename = lanes.decides(lane, write) && !newName.isEmpty();
        List<MappingEdit> effects = rename ? List.of(MappingEdit.name(entry, newName)) : List.of();
        steps.complete(lane, write, effects, WriteResult.of(answer));
    }

    @Override
    public boolean metItself(Lane lane, Write write, UpstreamResponse refusal) {
        if (refusal.status() != 404) {
            return false;
        }
        lanes.contradicted(lane, write, "the collection is alive in the catalog, but the instance does not know it");
        return true;
    }
}
