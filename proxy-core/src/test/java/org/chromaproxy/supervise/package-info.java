@NullMarked
package org.chromaproxy.supervise;

import org.jspecify.annotations.NullMarked;
