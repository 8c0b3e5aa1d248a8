/**
 * Which collections there are, what they are called, where they live, and from where they may be read.
 *
 * <p>Read from any thread. Changed by the catalog lanes' event loop and by adoption, each change after it is durable;
 * the read gate of a collection is changed by the loop of its lanes.
 *
 * <p>Imports {@code instance}, {@code route}, {@code time} and {@code wal.record}.
 */
@NullMarked
package org.chromaproxy.catalog;

import org.jspecify.annotations.NullMarked;
