package org.chromaproxy.lane;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.time.Clock;

/** Turns of writes on each instance, and what each client has under way there. Thread-safe. */
public final class InstanceWriteTurns {
    private final int readsEach;
    private final int places;
    private final ServerShare catalog = new ServerShare(1, Clock.SYSTEM::nanoTime);
    private final Map<Instance, Server> servers = new ConcurrentHashMap<>();

    /**
     * @param readsEach reads of one client under way on a server at once, while others use it too
     * @param places writes of all lanes under way on a server at once
     */
    InstanceWriteTurns(int readsEach, int places) {
        this.readsEach = readsEach;
        this.places = places;
    }

    private record Server(WriteTurns turns, ServerShare share) {}

    WriteTurns on(Instance instance, Clock clock) {
        return server(instance, clock).turns;
    }

    /** What each client has under way on that instance. */
    public ServerShare share(Instance instance) {
        return server(instance, Clock.SYSTEM).share;
    }

    /** What each client has logged for the catalog, whose records are executed one after the other. */
    public ServerShare catalog() {
        return catalog;
    }

    private Server server(Instance instance, Clock clock) {
        Server present = servers.get(instance);
        return present != null
                ? present
                : servers.computeIfAbsent(instance, each -> {
                    ServerShare share = new ServerShare(readsEach, clock::nanoTime);
                    return new Server(new WriteTurns(clock::nanoTime, each::outstanding, share, places), share);
                });
    }

    /** The writes that wait for their turn there. */
    public WriteTurns.Line line(Instance instance) {
        Server there = servers.get(instance);
        return there == null ? new WriteTurns.Line(0, 0, 0, 0, places) : there.turns.line();
    }
}
