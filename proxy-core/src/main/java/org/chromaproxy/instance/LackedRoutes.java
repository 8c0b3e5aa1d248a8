package org.chromaproxy.instance;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.chromaproxy.capability.Capabilities;

/**
 * Routes of which a server said that it has none: a request to one need not be logged to be told so again. Remembered as long
 * as no server has restarted or shown other capabilities: an upgraded one may have the route. Bounded; thread-safe.
 */
public final class LackedRoutes {
    /** Chroma's releases know a handful that others lack. */
    private static final int MOST = 64;

    private final List<Instance> all;
    private volatile Known known = new Known(List.of());

    /** What a server was when it said so. */
    private record Release(Capabilities capabilities, long upSince) {
        static Release of(Instance instance) {
            return new Release(instance.capabilities(), instance.upSinceNanos());
        }
    }

    private static final class Known {
        private final List<Release> releases;
        private final Map<String, Integer> statuses = new ConcurrentHashMap<>();

        Known(List<Release> releases) {
            this.releases = releases;
        }
    }

    LackedRoutes(List<Instance> all) {
        this.all = all;
    }

    /**
     * A server's router has answered that there is no such route, or not for that method.
     *
     * @param route the method and the route, without what is the request's own
     * @param status 404 or 405
     */
    public void note(String route, int status) {
        Known now = current();
        if (now.statuses.size() < MOST) {
            now.statuses.put(route, status);
        }
    }

    /** What servers answer on that route; empty unless they are known to have none. */
    public Optional<Integer> status(String route) {
        return known.statuses.isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(current().statuses.get(route));
    }

    private Known current() {
        List<Release> releases = all.stream().map(Release::of).toList();
        Known now = known;
        if (!now.releases.equals(releases)) {
            now = new Known(releases);
            known = now;
        }
        return now;
    }
}
