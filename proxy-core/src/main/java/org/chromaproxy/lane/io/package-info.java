/**
 * The world as lanes see it: the loop that runs them, its clock, chance, and requests to instances. Everything else a lane does
 * to the world goes through the log's own interfaces.
 *
 * <p>Each {@link org.chromaproxy.lane.io.LaneIo} belongs to one loop. May import {@code instance}, {@code time}, {@code transport}
 * and {@code upstream}.
 */
@NullMarked
package org.chromaproxy.lane.io;

import org.jspecify.annotations.NullMarked;
