@NullMarked
package org.chromaproxy.bench.load;

import org.jspecify.annotations.NullMarked;
