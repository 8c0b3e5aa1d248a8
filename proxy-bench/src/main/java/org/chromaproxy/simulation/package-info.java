/**
 * The lanes, as they are shipped, in a world that is made up: one thread, a clock that is a number, one seed. Log, servers, network
 * and clients are models; crashes, take-overs and every kind of trouble come from the seed; what must hold is asserted.
 *
 * <p>Everything belongs to one thread.
 *
 * <p>Imports {@code adopt}, {@code catalog}, {@code drill.mutant}, {@code health}, {@code instance}, {@code lane},
 * {@code local}, {@code merge}, {@code route}, {@code scan}, {@code time}, {@code upstream}, {@code wal.append} and
 * {@code wal.record}.
 */
@NullMarked
package org.chromaproxy.simulation;

import org.jspecify.annotations.NullMarked;
