/**
 * One client request and its response, and what every way through the proxy shares.
 *
 * <p>An exchange belongs to the event loop of its connection; what lanes and the log tell it hops there first. May import
 * everything but {@code admin}, {@code adopt}, {@code health}, {@code config}, {@code local} and {@code main}.
 */
@NullMarked
package org.chromaproxy.exchange;

import org.jspecify.annotations.NullMarked;
