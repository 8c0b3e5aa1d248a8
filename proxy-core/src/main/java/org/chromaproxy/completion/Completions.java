package org.chromaproxy.completion;

import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.admit.RequestBound;
import org.chromaproxy.metrics.Timings;
import org.chromaproxy.route.RouteKind;

/**
 * Where every exchange ends: counts and latencies are kept here, and whoever observes is told from here.
 * Called on event loops; never waits. The idea of one event for all of it is Zuul's (HttpLifecycleChannelHandler).
 */
public final class Completions {
    private final RequestBound requests;
    private final RequestBound lists;
    private final Timings timings;
    private final Feed feed;

    /**
     * @param requests places of all requests
     * @param lists places of the lists among them
     */
    public Completions(RequestBound requests, RequestBound lists, Timings timings, Feed feed) {
        this.requests = requests;
        this.lists = lists;
        this.timings = timings;
        this.feed = feed;
    }

    /** Who hears of exchanges. */
    public Feed feed() {
        return feed;
    }

    /**
     * An exchange has ended; to be called once for each.
     *
     * @param use whose place it had
     * @param status what the client was told; 0 if nothing
     * @param nanos how long it took
     */
    public void ended(
            RouteKind kind, Place place, PrincipalUse use, int status, long nanos, Trail trail, Ending ending) {
        timings.here().answered(kind, status, nanos);
        switch (place) {
            case COUNTED -> leave(use, status, nanos);
            case LISTED -> {
                lists.leave(use, status);
                leave(use, status, nanos);
            }
            case OWN -> requests.leaveOwn(status);
            case NONE -> {}
        }
        feed.tell(trail, ending);
    }

    private void leave(PrincipalUse use, int status, long nanos) {
        if (status == 0) {
            requests.leave(use, 0);
        } else {
            requests.leave(use, status, nanos);
        }
    }
}
