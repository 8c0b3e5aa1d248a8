package org.chromaproxy.lane;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import org.chromaproxy.upstream.UpstreamResponse;

/** One kind of catalog record: how it is planned, and what its answers mean. Confined to the catalog lanes' loop. */
interface CatalogOp {
    /** See {@link LaneSemantics#plan}. */
    Plan plan(Lane lane, Write write);

    /** The instance answered 2xx; ends in {@link CatalogSteps#complete}. */
    void applied(Lane lane, Write write, UpstreamResponse answer);

    /**
     * The instance refused, and that may be because it has executed the record before. The catalog decides, not the
     * answer.
     *
     * @return whether the operation has taken the answer; otherwise it is a refusal
     */
    boolean metItself(Lane lane, Write write, UpstreamResponse answer);

    /** The record has left that lane, whatever became of it. */
    default void left(Lane lane, Write write) {}

    /** That lane has left the group with all its records. */
    default void detached(Lane lane) {}

    /** Its effect was found there, though every answer was a failure: it counts as done. */
    default void foundDone(Lane lane, Write write) {
        applied(lane, write, new UpstreamResponse(200, EmptyHttpHeaders.INSTANCE, new byte[] {'{', '}'}));
    }
}
