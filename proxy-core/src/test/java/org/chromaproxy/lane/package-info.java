/** Tests of what a lane decides by itself: no server, no log. */
@NullMarked
package org.chromaproxy.lane;

import org.jspecify.annotations.NullMarked;
