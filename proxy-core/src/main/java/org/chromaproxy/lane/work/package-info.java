/**
 * What is left for lanes to do: how much of it there is, where it is read, and whose turn it is to do it.
 *
 * <p>Thread-safe. May import {@code wal}, {@code instance}, {@code time} and {@code lane.io}.
 */
@NullMarked
package org.chromaproxy.lane.work;

import org.jspecify.annotations.NullMarked;
