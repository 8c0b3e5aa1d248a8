/** The house style as tests: what they refuse, the build refuses. State: none. */
@NullMarked
package org.chromaproxy.tidy;

import org.jspecify.annotations.NullMarked;
