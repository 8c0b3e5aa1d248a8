package org.chromaproxy.copy;

import io.netty.channel.EventLoop;
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

/** What copying and adopting need of the rest of the proxy. Thread-safe. */
public record CopyServices(
        Remote remote, LogWrites log, Mappings mappings, Catalog catalog, Instances instances, LaneRegistry lanes) {

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

    /** The instance that leads the collection, if that can be a source for {@code target} now. */
    Instance source(CollectionEntry entry, Instance target) {
        Instance leader = instances.get(entry.gate().leader());
        if (leader.equals(target) || !leader.usable()) {
            throw new StepException(entry + ": its leader " + leader + " cannot be a source for " + target + " now");
        }
        return leader;
    }
}
