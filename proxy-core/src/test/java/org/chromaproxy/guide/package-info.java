/** What the guides and the files around the program say, held against the program. */
@NullMarked
package org.chromaproxy.guide;

import org.jspecify.annotations.NullMarked;
