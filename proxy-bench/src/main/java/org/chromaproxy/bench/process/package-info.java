/**
 * The processes that are measured, and what the kernel says about them.
 *
 * <p>State: each process object belongs to the thread that made it.
 *
 * <p>Imports {@code bench.stub}, {@code drill.evidence}, {@code local}, {@code wal} and {@code wal.store}.
 */
@NullMarked
package org.chromaproxy.bench.process;

import org.jspecify.annotations.NullMarked;
