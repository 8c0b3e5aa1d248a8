/** Tests of how lanes are made, kept and let go of: no server, no log. */
@NullMarked
package org.chromaproxy.lane.registry;

import org.jspecify.annotations.NullMarked;
