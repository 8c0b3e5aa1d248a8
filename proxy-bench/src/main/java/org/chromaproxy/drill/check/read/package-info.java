/**
 * The rule about reads: whether what each of them was told is one state of its collection, at a position it may show.
 *
 * <p>One thread. May import: the JDK, Jackson, {@code drill.rule} and what that may.
 */
@NullMarked
package org.chromaproxy.drill.check.read;

import org.jspecify.annotations.NullMarked;
