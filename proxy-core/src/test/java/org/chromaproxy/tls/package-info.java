@NullMarked
package org.chromaproxy.tls;

import org.jspecify.annotations.NullMarked;
