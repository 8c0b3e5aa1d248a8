/**
 * The lanes, as they are shipped, in a world that is made up: one thread, a clock that is a number, one seed. Log, servers, network
 * and clients are models; crashes, take-overs and every kind of trouble come from the seed; what must hold is asserted.
 *
 * <p>Everything belongs to one thread. May import {@code wal} and, of the proxy, {@code lane}, {@code catalog}, {@code instance},
 * {@code upstream}, {@code scan}, {@code merge}, {@code route}, {@code local} and {@code time}; of the drill, {@code drill.mutant}.
 */
@NullMarked
package org.chromaproxy.simulation;

import org.jspecify.annotations.NullMarked;
