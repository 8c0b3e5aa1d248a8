/**
 * Ordered execution: one lane per collection and instance, and one catalog lane per instance.
 *
 * <p>A {@link org.chromaproxy.lane.LaneGroup} (all lanes of one collection, or all catalog lanes) is confined to one event
 * loop; other threads reach it through {@code lane.registry}. May import {@code wal}, {@code catalog},
 * {@code completion}, {@code instance}, {@code upstream}, {@code route}, {@code scan}, {@code http} and {@code time}.
 */
@NullMarked
package org.chromaproxy.lane;

import org.jspecify.annotations.NullMarked;
