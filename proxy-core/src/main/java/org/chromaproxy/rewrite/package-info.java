/**
 * Exchanges one UUID of a collection for another, in place and at the same length. Pure functions on the caller's bytes;
 * the caller's thread must own them. May import {@code route} and {@code scan}.
 */
@NullMarked
package org.chromaproxy.rewrite;

import org.jspecify.annotations.NullMarked;
