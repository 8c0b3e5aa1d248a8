/** Tests of the log's lines. */
@NullMarked
package org.chromaproxy.logging;

import org.jspecify.annotations.NullMarked;
