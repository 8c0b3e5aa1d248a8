/**
 * Reads: streamed through on one event loop, and lists put in one order.
 *
 * <p>Confined to the exchange's loop.
 *
 * <p>Imports {@code admit}, {@code catalog}, {@code completion}, {@code config}, {@code exchange}, {@code http},
 * {@code instance}, {@code lane}, {@code route}, {@code scan} and {@code upstream}.
 */
@NullMarked
package org.chromaproxy.exchange.read;

import org.jspecify.annotations.NullMarked;
