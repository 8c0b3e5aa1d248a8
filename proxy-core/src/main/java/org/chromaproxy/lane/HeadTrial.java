package org.chromaproxy.lane;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Heads that a server's HTTP parser refuses: it answers an empty 400 before anything sees the request, so that nothing can have
 * been executed. That is the client's doing (an octet in a path or a header that the server does not take), and no fault of the
 * server's. It is found out without effect: a GET of the same path with the same headers, of every server that could take the
 * write. Where each answers the same empty 400 the write is refused. Confined to the group's loop.
 */
final class HeadTrial {
    private static final Logger LOG = LoggerFactory.getLogger(HeadTrial.class);
    private static final long TIMEOUT_MS = 5_000;
    private static final String REFUSED =
            "The Chroma servers refuse the head of this request with an empty 400: its path or one of its headers holds what"
                    + " they do not take. Nothing was executed; encode the path as RFC 3986 says, or leave out the header.";

    private final Lanes group;
    private final LaneSemantics semantics;

    HeadTrial(Lanes group, LaneSemantics semantics) {
        this.group = group;
        this.semantics = semantics;
    }

    /** Whether the answer may be a parser's. */
    static boolean refused(UpstreamResponse answer) {
        return answer.status() == HttpResponseStatus.BAD_REQUEST.code() && answer.body().length == 0;
    }

    /**
     * Finds out whether the head is refused wherever the write could go, and if so refuses the write.
     *
     * @param sent the request that was answered so
     * @param otherwise what to do if it is not, or cannot be told
     */
    void begin(Lane leader, Write write, UpstreamRequest sent, Runnable otherwise) {
        leader.occupy(new LaneState.Asking("the servers are asked whether they take the request's head"));
        List<Lane> asked = new ArrayList<>(List.of(leader));
        group.lanes().stream()
                .filter(lane -> lane != leader && lane.takesWrites() && semantics.canLead(lane))
                .forEach(asked::add);
        next(leader, write, UpstreamRequest.get(sent.uri(), sent.headers()), asked.iterator(), otherwise);
    }

    private void next(Lane leader, Write write, UpstreamRequest get, Iterator<Lane> others, Runnable otherwise) {
        if (!others.hasNext()) {
            LOG.info("{}: record {} is refused: every server refuses its head with an empty 400", group, write.lsn());
            leader.free();
            group.refuse(leader, write, WriteResult.of(ProxyError.BAD_REQUEST, REFUSED));
            return;
        }
        group.io()
                .send(others.next().instance, get, TIMEOUT_MS)
                .whenComplete((answer, error) -> group.guarded(leader, write, () -> {
                    if (group.overtaken(leader, write)) {
                        return;
                    }
                    if (answer != null && refused(answer)) {
                        next(leader, write, get, others, otherwise);
                    } else {
                        leader.free();
                        otherwise.run();
                    }
                }));
    }
}
