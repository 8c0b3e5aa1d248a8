/**
 * One client request and its response, and what every way through the proxy shares.
 *
 * <p>An exchange belongs to the event loop of its connection; what lanes and the log tell it hops there first.
 *
 * <p>Imports {@code access}, {@code access.client}, {@code admit}, {@code completion}, {@code config}, {@code http},
 * {@code instance}, {@code lane}, {@code metrics}, {@code route} and {@code upstream}.
 */
@NullMarked
package org.chromaproxy.exchange;

import org.jspecify.annotations.NullMarked;
