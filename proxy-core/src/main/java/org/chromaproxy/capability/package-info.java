/**
 * What a Chroma server can do, told by what it says and does and never by its version, which is 1.0.0 in every release: its
 * routes, and the features in which the supported releases differ. And what a write needs of it.
 *
 * <p>State: none; everything here is immutable or pure.
 *
 * <p>Imports {@code scan} and {@code wal.record}.
 */
@NullMarked
package org.chromaproxy.capability;

import org.jspecify.annotations.NullMarked;
