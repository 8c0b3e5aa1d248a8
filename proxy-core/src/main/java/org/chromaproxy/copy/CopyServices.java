package org.chromaproxy.copy;

import io.netty.channel.EventLoop;
import java.util.Set;
import java.util.UUID;
import org.chromaproxy.blocking.LogWrites;
import org.chromaproxy.blocking.Remote;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.lane.CopyLanes;
import org.chromaproxy.lane.LaneRegistry;
import org.chromaproxy.lane.LaneServices;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.upstream.UpstreamClient;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.WriteRequest;

/** What copying and adopting need of the rest of the proxy. Thread-safe. */
public record CopyServices(
        Remote remote, LogWrites log, Mappings mappings, Catalog catalog, Instances instances, LaneRegistry lanes) {
    /** What an instance says of a body that it will never take. */
    private static final Set<Integer> REFUSALS = Set.of(400, 409, 422);

    /** Puts them together. */
    public static CopyServices of(LaneServices proxy, UpstreamClient upstream, LaneRegistry lanes, EventLoops loops) {
        LogWrites writes = new LogWrites(proxy.log(), lanes);
        EventLoop catalogLoop = loops.all().getFirst();
        return new CopyServices(
                new Remote(upstream, loops),
                writes,
                new Mappings(proxy.log(), proxy.catalog(), lanes, catalogLoop),
                proxy.catalog(),
                proxy.instances(),
                lanes);
    }

    CopyLanes lanesOf(CollectionEntry entry) {
        return lanes.copying(entry.publicId()).orElseThrow(() -> new StepException(entry + " is no longer known"));
    }

    /** A write of the proxy's own. */
    record Request(String method, String uri, byte[] body) {}

    /**
     * Sends a write of the proxy's own to one instance; logged first, like everything an instance is sent.
     *
     * @throws UncopyableException if the instance refuses it in Chroma's shape
     * @throws StepException if it cannot be done now
     */
    void repair(UUID lane, Mapping.Path path, Instance target, Request request) {
        UpstreamResponse answer = send(lane, path, target, request);
        if (REFUSALS.contains(answer.status()) && Members.isError(answer.body())) {
            throw new UncopyableException(target + " refused a part of the copy: " + answer.brief());
        }
        remote.expect(target, request.uri(), answer);
    }

    /**
     * The same for what an instance has no reason to refuse.
     *
     * @throws StepException if it cannot be done now
     */
    void require(UUID lane, Mapping.Path path, Instance target, Request request) {
        remote.expect(target, request.uri(), send(lane, path, target, request));
    }

    /** The same, whatever the answer. */
    UpstreamResponse send(UUID lane, Mapping.Path path, Instance target, Request request) {
        Subject subject = new Subject(lane, lane, path.tenant(), path.database(), path.name(), target.name());
        log.append(
                OpKind.REPAIR,
                subject,
                new WriteRequest(request.method(), request.uri(), "application/json", request.body()));
        return remote.write(target, request.method(), request.uri(), request.body());
    }

    /** Deletes a database on one instance. */
    public void delete(Mapping.Path database, Instance target, String uri) {
        UpstreamResponse answer = send(UUID.randomUUID(), database, target, new Request("DELETE", uri, new byte[0]));
        if (!answer.chromaError(404)) {
            remote.expect(target, uri, answer);
        }
    }

    /** The instance that leads the collection, if that can be a source for {@code target} now. */
    Instance source(CollectionEntry entry, Instance target) {
        Instance leader = instances.get(entry.gate().leader());
        if (leader.equals(target) || !leader.usable()) {
            throw new StepException(entry + ": its leader " + leader + " cannot be a source for " + target + " now");
        }
        return leader;
    }
}
