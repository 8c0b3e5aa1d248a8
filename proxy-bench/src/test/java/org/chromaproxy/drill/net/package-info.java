/** The fault proxy between sockets of our own. */
@NullMarked
package org.chromaproxy.drill.net;

import org.jspecify.annotations.NullMarked;
