/**
 * {@code chroma-proxy drill}: starts real processes, loads them, lets them fail by a seeded schedule, and proves that
 * nothing was lost. A seed is run by one thread; several may run at once, each with a PostgreSQL of its own.
 *
 * <p>Imports {@code drill.check}, {@code drill.evidence}, {@code drill.fault}, {@code drill.history},
 * {@code drill.load}, {@code drill.report}, {@code drill.rule}, {@code drill.stack} and {@code local}.
 */
@NullMarked
package org.chromaproxy.drill;

import org.jspecify.annotations.NullMarked;
