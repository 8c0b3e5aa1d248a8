/**
 * Ordered execution: one lane per collection and instance, and one catalog lane per instance.
 *
 * <p>A {@link org.chromaproxy.lane.LaneGroup} (all lanes of one collection, or all catalog lanes) is confined to one event
 * loop; other threads reach it through {@link org.chromaproxy.lane.LaneRegistry}. Its whole world is the log's interfaces and
 * {@link org.chromaproxy.lane.LaneIo}, of which {@link org.chromaproxy.lane.NettyLaneIo} is the real one. May import {@code wal},
 * {@code catalog}, {@code completion}, {@code instance}, {@code upstream}, {@code admit}, {@code capability}, {@code merge}, {@code
 * route}, {@code scan}, {@code http} and {@code time}; {@code NettyLaneIo} also {@code transport}.
 */
@NullMarked
package org.chromaproxy.lane;

import org.jspecify.annotations.NullMarked;
