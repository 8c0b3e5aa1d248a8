/**
 * The processes that are measured, and what the kernel says about them.
 *
 * <p>State: each process object belongs to the thread that made it. May import {@code local}, {@code drill.stack},
 * {@code drill.evidence}, {@code wal}, {@code wal.store} and {@code bench.stub}.
 */
@NullMarked
package org.chromaproxy.bench.process;

import org.jspecify.annotations.NullMarked;
