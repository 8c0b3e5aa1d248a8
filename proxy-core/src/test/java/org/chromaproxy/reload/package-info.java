@NullMarked
package org.chromaproxy.reload;

import org.jspecify.annotations.NullMarked;
