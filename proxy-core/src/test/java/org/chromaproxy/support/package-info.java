/** Helpers that tests of several packages share. */
@NullMarked
package org.chromaproxy.support;

import org.jspecify.annotations.NullMarked;
