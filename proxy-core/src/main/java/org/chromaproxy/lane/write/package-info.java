/**
 * One committed record on its way: what is known of it, what a lane does next with it, what an answer to it means.
 *
 * <p>Confined to the loop of its lane group, unless said otherwise. May import {@code wal}, {@code admit}, {@code completion}, {@code
 * instance}, {@code upstream} and {@code scan}.
 */
@NullMarked
package org.chromaproxy.lane.write;

import org.jspecify.annotations.NullMarked;
