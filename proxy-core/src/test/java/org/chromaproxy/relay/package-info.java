@NullMarked
package org.chromaproxy.relay;

import org.jspecify.annotations.NullMarked;
