/**
 * The choice between epoll and NIO, and the event loops made of it.
 *
 * <p>Imports nothing of the project.
 */
@NullMarked
package org.chromaproxy.transport;

import org.jspecify.annotations.NullMarked;
