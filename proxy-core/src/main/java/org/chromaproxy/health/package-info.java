/**
 * Whether the instances live: one active probe each, and what traffic tells. Confined to one event loop; changes the
 * instances' states. Time, tasks and connections are a {@link org.chromaproxy.lane.LaneIo}'s.
 *
 * <p>Imports {@code instance}, {@code lane} and {@code upstream}.
 */
@NullMarked
package org.chromaproxy.health;

import org.jspecify.annotations.NullMarked;
