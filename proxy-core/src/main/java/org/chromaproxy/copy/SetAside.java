package org.chromaproxy.copy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.catalog.ReservedNames;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.scan.CollectionHead;
import org.chromaproxy.scan.CollectionJson;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Mapping.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a copy replaces on an instance: kept there under a name of the proxy's own until the copy is whole, and put back
 * where the copy cannot be made. That name says what is to be done with it, so a crash between any two steps leaves
 * nothing behind: adoption's scan goes on from what it finds. Blocking; one thread at a time; every request is a record
 * first.
 */
public final class SetAside {
    private static final Logger LOG = LoggerFactory.getLogger(SetAside.class);
    private static final String PREFIX = ReservedNames.ASIDE;
    private static final int PAGE = 500;
    private static final byte[] NO_BODY = {};

    private final CopyServices services;
    private final Instance target;
    private final UUID publicId;
    private final Path name;

    private SetAside(CopyServices services, Instance target, UUID publicId, Path name) {
        this.services = services;
        this.target = target;
        this.publicId = publicId;
        this.name = name;
    }

    /** What a copy of that collection replaces there. */
    public static SetAside of(CopyServices services, CollectionEntry entry, Instance target) {
        Path path = entry.path();
        return new SetAside(
                services,
                target,
                entry.publicId(),
                new Path(path.tenant(), path.database(), PREFIX + entry.publicId()));
    }

    /** What was found under such a name. */
    public static SetAside found(CopyServices services, Path name, Instance target) {
        UUID publicId = replacedBy(name.name())
                .orElseThrow(() -> new StepException(name + " is no name of a collection that was set aside"));
        return new SetAside(services, target, publicId, name);
    }

    /** The public id of the collection whose replacement a collection of that name awaits; empty for any other name. */
    public static Optional<UUID> replacedBy(String name) {
        return name.startsWith(PREFIX) ? CollectionIds.parse(name.substring(PREFIX.length())) : Optional.empty();
    }

    /**
     * Whether a collection of such a name is a client's own all the same: the catalog knows it as a place of another than it would be
     * set aside for. Clients could choose such names once.
     */
    public static boolean isClients(Catalog catalog, String name, UUID id) {
        return catalog.byId(id)
                .filter(known -> !replacedBy(name).equals(Optional.of(known.publicId())))
                .isPresent();
    }

    /** Its id there, if something was set aside; a client's own collection of that name is not. */
    Optional<UUID> present() {
        return idOf(name).filter(id -> !isClients(services.catalog(), name.name(), id));
    }

    /**
     * Frees the name: what has it there is set aside; or, if that has been done already, it is an unfinished copy, and is
     * deleted.
     */
    public void setAside(Path current) {
        Optional<UUID> there = idOf(current);
        Optional<UUID> aside = present();
        if (there.isEmpty()) {
            return;
        }
        Optional<CollectionEntry> other = services.catalog()
                .byId(there.get())
                .filter(known -> !known.publicId().equals(publicId));
        if (other.isPresent()) {
            throw new StepException(target + " holds " + other.get() + " under the name " + current.name());
        }
        if (aside.isPresent()) {
            delete(current, there.get());
        } else {
            LOG.info("{} ({}) on {} is kept as {} until it is replaced", current, there.get(), target, name.name());
            rename(current, there.get(), name.name());
        }
    }

    /**
     * Puts it back in the place of a copy that was not finished.
     *
     * @return its id; empty if nothing was set aside
     */
    Optional<UUID> putBack(Path current) {
        Optional<UUID> aside = present();
        aside.ifPresent(id -> {
            idOf(current).ifPresent(copy -> delete(current, copy));
            rename(name, id, current.name());
            LOG.info("{} ({}) on {} is back under its name", current, id, target);
        });
        return aside;
    }

    /** Deletes it: what replaces it is whole, or nothing is to replace it any more. */
    public void drop() {
        present().ifPresent(id -> {
            LOG.info("deleting {} ({}) on {}: it was replaced", name, id, target);
            delete(name, id);
        });
    }

    private Optional<UUID> idOf(Path path) {
        String uri = ChromaPaths.collection(path);
        UpstreamResponse found = services.remote().get(target, uri);
        if (found.chromaError(404)) {
            return Optional.empty();
        }
        byte[] body = services.remote().expect(target, uri, found);
        return Optional.of(CollectionJson.head(body)
                .map(CollectionHead::id)
                .flatMap(CollectionIds::parse)
                .orElseThrow(() -> new StepException(target + " answered " + uri + " with something else")));
    }

    private void rename(Path from, UUID id, String to) {
        byte[] change = JsonNodeFactory.instance
                .objectNode()
                .put("new_name", to)
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        services.require(publicId, from, target, new CopyServices.Request("PUT", byId(from, id), change));
    }

    private void delete(Path path, UUID id) {
        delete(services, target, path, publicId, id);
    }

    private static String byId(Path path, UUID id) {
        return ChromaPaths.collections(path.tenant(), path.database()) + "/" + id;
    }

    /**
     * Deletes a collection on one instance, its records first: a server that forgets to delete their array metadata would
     * show them in others' records later.
     *
     * @param lane whose records say so
     */
    public static void delete(CopyServices services, Instance target, Path path, UUID lane, UUID id) {
        String get = ChromaPaths.records(path, id, "get");
        byte[] page = Members.bytes(Map.of("include", List.of(), "limit", PAGE));
        List<String> before = List.of();
        while (true) {
            UpstreamResponse answer = services.remote().search(target, get, page);
            // What the server cannot read it is to let go of all the same.
            List<String> ids = answer.chromaError()
                    ? List.of()
                    : RecordPage.of(services.remote().expect(target, get, answer))
                            .ids();
            if (ids.isEmpty() || ids.equals(before)) {
                break;
            }
            byte[] body = Members.bytes(Map.of("ids", ids));
            services.require(
                    lane,
                    path,
                    target,
                    new CopyServices.Request("POST", ChromaPaths.records(path, id, "delete"), body));
            before = ids;
        }
        String uri = ChromaPaths.collection(path);
        UpstreamResponse answer = services.send(lane, path, target, new CopyServices.Request("DELETE", uri, NO_BODY));
        if (!answer.chromaError(404)) {
            services.remote().expect(target, uri, answer);
        }
    }
}
