/** Merging record writes: what is put together, and that real servers end up the same. */
@NullMarked
package org.chromaproxy.merge;

import org.jspecify.annotations.NullMarked;
