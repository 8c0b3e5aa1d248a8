/**
 * The lanes of one collection: what its records mean on the way out and on the way back.
 *
 * <p>Confined to the loop of its group. May import what {@code lane} may, and {@code lane}.
 */
@NullMarked
package org.chromaproxy.lane.collection;

import org.jspecify.annotations.NullMarked;
