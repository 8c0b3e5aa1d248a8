package org.chromaproxy.copy;

import java.util.Optional;
import java.util.UUID;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.scan.CollectionHead;
import org.chromaproxy.scan.CollectionJson;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a collection that differs on one instance away there and makes it anew, empty, to be filled. What the log says of
 * it comes first: a crash leaves a collection that this instance does not hold. Blocking; one thread at a time.
 */
public final class Replacement {
    private static final Logger LOG = LoggerFactory.getLogger(Replacement.class);
    private static final byte[] NO_BODY = {};

    private final CopyServices services;
    private final Copier copier;

    public Replacement(CopyServices services) {
        this.services = services;
        this.copier = new Copier(services);
    }

    /**
     * Ends with an empty place that is being copied. Called again after a failure it goes on.
     *
     * @throws StepException if it cannot be done now; nothing was touched if there is no source
     */
    public void replace(CollectionEntry entry, Instance target) {
        Instance source = services.source(entry, target);
        LOG.warn("{}: its copy on {} is replaced by one of {}'s", entry, target, source);
        Standstill.await(services.lanesOf(entry).detach(target), entry);
        if (entry.place(target).isPresent()) {
            services.mappings().unplace(entry, target);
        }
        remove(entry, target);
        copier.create(entry, target);
    }

    /** Deletes what has the collection's name there, unless another collection is known by its id. */
    private void remove(CollectionEntry entry, Instance target) {
        Mapping.Path path = entry.path();
        String uri = ChromaPaths.collection(path);
        UpstreamResponse found = services.remote().get(target, uri);
        if (found.status() == 404) {
            return;
        }
        byte[] body = services.remote().expect(target, uri, found);
        Optional<UUID> id = CollectionJson.head(body).map(CollectionHead::id).flatMap(CollectionIds::parse);
        Optional<CollectionEntry> other = id.flatMap(services.catalog()::byId).filter(known -> known != entry);
        if (other.isPresent()) {
            throw new StepException(target + " holds " + other.get() + " under the name " + path.name());
        }
        Subject subject = new Subject(
                entry.publicId(), entry.publicId(), path.tenant(), path.database(), path.name(), target.name());
        delete(services, subject, target, uri);
    }

    /**
     * Deletes something on one instance; logged first, like everything an instance is sent.
     *
     * @param subject whose lane is that of the record
     */
    public static void delete(CopyServices services, Subject subject, Instance target, String uri) {
        services.log().append(OpKind.REPAIR, subject, new WriteRequest("DELETE", uri, "application/json", NO_BODY));
        UpstreamResponse answer = services.remote().write(target, "DELETE", uri, NO_BODY);
        if (answer.status() != 404) {
            services.remote().expect(target, uri, answer);
        }
    }
}
