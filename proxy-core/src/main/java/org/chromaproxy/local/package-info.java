/**
 * Real servers on this machine, for the demo and for tests: Chroma from PyPI or npm, and a durable PostgreSQL.
 *
 * <p>State: each server object belongs to the thread that uses it; starting processes is left to one thread of its own,
 * because a child is told of its parent's death when the <em>thread</em> that started it ends.
 *
 * <p>Imports {@code config}. Only the command line, the demo, the benchmarks, the drill and the simulation import it.
 */
@NullMarked
package org.chromaproxy.local;

import org.jspecify.annotations.NullMarked;
