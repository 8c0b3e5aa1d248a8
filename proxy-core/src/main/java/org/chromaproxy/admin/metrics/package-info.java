/**
 * {@code GET /metrics}: the figures of the whole proxy for Prometheus. Made from memory, but for one bounded count in the log.
 *
 * <p>Stateless but for what is being put together; event loops. Their number is bounded: labels name instances, routes,
 * stages, statuses, kinds of memory, event loops and sides of TLS, never collections or clients. May import everything but
 * {@code admin}, {@code access}, {@code local} and {@code main}.
 */
@NullMarked
package org.chromaproxy.admin.metrics;

import org.jspecify.annotations.NullMarked;
