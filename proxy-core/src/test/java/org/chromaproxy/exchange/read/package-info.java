@NullMarked
package org.chromaproxy.exchange.read;

import org.jspecify.annotations.NullMarked;
