package org.chromaproxy.copy;

import io.netty.channel.EventLoop;
import java.util.Set;
import org.chromaproxy.blocking.LogWrites;
import org.chromaproxy.blocking.Remote;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.lane.LaneServices;
import org.chromaproxy.lane.registry.CopyLanes;
import org.chromaproxy.lane.registry.LaneRegistry;
import org.chromaproxy.transport.EventLoops;
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
    public static CopyServices of(LaneServices proxy, LaneRegistry lanes, EventLoops loops) {
        LogWrites writes = new LogWrites(proxy.log(), lanes);
        EventLoop catalogLoop = loops.all().getFirst();
        return new CopyServices(
                new Remote(proxy.upstream(), loops),
                writes,
                new Mappings(proxy.log(), proxy.catalog(), catalogLoop),
                proxy.catalog(),
                proxy.instances(),
                lanes);
    }

    CopyLanes lanesOf(CollectionEntry entry) {
        return lanes.copying(entry.publicId()).orElseThrow(() -> new StepException(entry + " is no longer known"));
    }

    /**
     * Sends a write of the proxy's own to one instance; logged first, like everything an instance is sent.
     *
     * @throws UncopyableException if the instance refuses it in Chroma's shape
     * @throws StepException if it cannot be done now
     */
    void repair(CollectionEntry entry, Instance target, String method, String uri, byte[] body) {
        Mapping.Path path = entry.path();
        Subject subject = new Subject(
                entry.publicId(), entry.publicId(), path.tenant(), path.database(), path.name(), target.name());
        log.append(OpKind.REPAIR, subject, new WriteRequest(method, uri, "application/json", body));
        UpstreamResponse answer = remote.write(target, method, uri, body);
        if (REFUSALS.contains(answer.status()) && Members.isError(answer.body())) {
            throw new UncopyableException(target + " refused a part of the copy: " + answer.brief());
        }
        remote.expect(target, uri, answer);
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
