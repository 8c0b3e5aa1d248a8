@NullMarked
package org.chromaproxy.health;

import org.jspecify.annotations.NullMarked;
