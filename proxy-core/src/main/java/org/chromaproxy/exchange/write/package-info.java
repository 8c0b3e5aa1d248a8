/**
 * Writes: taken whole, logged, then offered to the lanes.
 *
 * <p>Confined to the exchange's loop, but for what hears the log's writer thread and hops at once. May import what {@code
 * exchange} may, and {@code exchange}.
 */
@NullMarked
package org.chromaproxy.exchange.write;

import org.jspecify.annotations.NullMarked;
