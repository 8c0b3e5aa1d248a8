/**
 * {@code chroma-proxy drill}: starts real processes, loads them, lets them fail by a seeded schedule, and proves that
 * nothing was lost. A seed is run by one thread; several may run at once, each with a PostgreSQL of its own.
 *
 * <p>May import: every package of the drill, picocli, {@code org.chromaproxy.local}.
 */
@NullMarked
package org.chromaproxy.drill;

import org.jspecify.annotations.NullMarked;
