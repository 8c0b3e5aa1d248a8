/**
 * Bodies read as far as the proxy must understand them, and no further. A scan belongs to the thread that feeds it, one
 * exchange's event loop; everything else is pure. What a scan does not understand it says so and never guesses: the
 * caller then treats the write as one that touches everything.
 *
 * <p>Imports {@code wal.record}.
 */
@NullMarked
package org.chromaproxy.scan;

import org.jspecify.annotations.NullMarked;
