@NullMarked
package org.chromaproxy.bench;

import org.jspecify.annotations.NullMarked;
