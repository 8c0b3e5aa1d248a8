package org.chromaproxy.lane;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.chromaproxy.instance.Witnesses;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.OpKind;

/**
 * Asks a server what it says of a body, without effect: the request goes to a place that does not exist. Chroma reads and
 * checks a body before it looks for the place, so whatever it says but that there is no such place is its refusal of the
 * body. (Releases 1.0.5 and 1.5.9: a create answers 400 for an unknown database, everything else 404 for an unknown
 * collection.)
 */
public final class Rehearsal {
    /** Milliseconds that such a question may take. */
    public static final long TIMEOUT_MS = 5_000;
    /** In the tenant that is the proxy's own, so that no client can ever make it. */
    private static final String NOWHERE = "no-such-database";

    private static final String NOBODY = "00000000-0000-4000-8000-000000000000";

    private Rehearsal() {}

    /** A body that creates a collection. */
    public static UpstreamRequest create(byte[] body) {
        String path = ChromaPaths.collections(Witnesses.TENANT, NOWHERE);
        return UpstreamRequest.json("POST", path, body);
    }

    /** A body that modifies a collection. */
    public static UpstreamRequest modify(byte[] body) {
        String path = ChromaPaths.collections(Witnesses.TENANT, NOWHERE) + "/" + NOBODY;
        return UpstreamRequest.json("PUT", path, body);
    }

    /**
     * What the server refuses the body with; empty if it does not, or cannot be asked. Never completes
     * exceptionally.
     *
     * @param send to the server
     */
    public static CompletableFuture<Optional<UpstreamResponse>> refusal(
            Function<UpstreamRequest, CompletableFuture<UpstreamResponse>> send, UpstreamRequest request) {
        return send.apply(request)
                .handle((answer, error) -> Optional.ofNullable(answer).filter(told -> refuses(request, told)));
    }

    private static boolean refuses(UpstreamRequest request, UpstreamResponse answer) {
        OpKind kind = request.method().equals("POST") ? OpKind.CREATE_COLLECTION : OpKind.MODIFY_COLLECTION;
        return Verdict.of(kind, answer) == Verdict.REFUSED && !answer.text().contains("[" + NOWHERE + "]");
    }
}
