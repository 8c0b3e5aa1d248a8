/**
 * {@code GET /metrics}: the figures of the whole proxy for Prometheus. Made from memory, but for one bounded count in the log.
 *
 * <p>Stateless but for what is being put together; event loops. Their number is bounded: labels name instances, routes,
 * stages, statuses, kinds of memory, event loops and sides of TLS, never collections or clients.
 *
 * <p>Imports {@code admin.page}, {@code admit}, {@code catalog}, {@code completion}, {@code config}, {@code exchange},
 * {@code instance}, {@code lane}, {@code metrics}, {@code route}, {@code tls}, {@code upstream}, {@code wal.append} and
 * {@code wal.recovery}.
 */
@NullMarked
package org.chromaproxy.admin.metrics;

import org.jspecify.annotations.NullMarked;
