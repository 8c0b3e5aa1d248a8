/** Tests of the lanes' work bounds: no server, no log. */
@NullMarked
package org.chromaproxy.lane.work;

import org.jspecify.annotations.NullMarked;
