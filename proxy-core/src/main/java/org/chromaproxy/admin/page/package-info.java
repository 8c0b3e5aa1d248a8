/**
 * The pages operators read, made of counters in memory and, on worker threads and a few at a time, of the log.
 *
 * <p>Stateless but for counters; any thread. A class whose pages read the log says that it blocks.
 *
 * <p>Imports {@code access}, {@code admit}, {@code adopt}, {@code capability}, {@code catalog}, {@code config},
 * {@code config.audit}, {@code exchange}, {@code health}, {@code http}, {@code instance}, {@code lane}, {@code reload},
 * {@code tls}, {@code transport}, {@code upstream}, {@code wal.append}, {@code wal.record}, {@code wal.recovery} and
 * {@code wal.store}.
 */
@NullMarked
package org.chromaproxy.admin.page;

import org.jspecify.annotations.NullMarked;
