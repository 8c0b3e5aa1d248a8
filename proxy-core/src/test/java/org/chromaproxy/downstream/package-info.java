/** The pipeline of a client's connection, driven byte by byte without a socket. */
@NullMarked
package org.chromaproxy.downstream;

import org.jspecify.annotations.NullMarked;
