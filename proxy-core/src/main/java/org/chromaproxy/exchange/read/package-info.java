/**
 * Reads: streamed through on one event loop, and lists put in one order.
 *
 * <p>Confined to the exchange's loop. May import what {@code exchange} may, and {@code exchange}.
 */
@NullMarked
package org.chromaproxy.exchange.read;

import org.jspecify.annotations.NullMarked;
