package org.chromaproxy.lane;

import java.util.concurrent.CompletableFuture;
import org.chromaproxy.upstream.UpstreamResponse;

/**
 * A request of a lane that is under way.
 *
 * @param first the record it carries, or the first of them
 * @param answer cancelled, its connection is reset
 * @param sentAt by the group's clock, in nanoseconds
 * @param appliedBefore what the instance had applied in all when it was sent
 */
record Flight(Write first, CompletableFuture<UpstreamResponse> answer, long sentAt, long appliedBefore) {}
