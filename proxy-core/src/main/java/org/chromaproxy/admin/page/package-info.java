/**
 * The pages operators read, made of counters in memory and, on worker threads and a few at a time, of the log.
 *
 * <p>Stateless but for counters; any thread. A class whose pages read the log says that it blocks. May import everything
 * but {@code admin}, {@code access}, {@code local} and {@code main}.
 */
@NullMarked
package org.chromaproxy.admin.page;

import org.jspecify.annotations.NullMarked;
