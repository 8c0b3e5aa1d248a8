/**
 * The rules of a drill, one class each, and the checker that asks them all. The witness of the order is the log.
 *
 * <p>Stateless. May import: the JDK, Jackson, and the drill's packages but {@code load}, {@code stack}, {@code fault}.
 */
@NullMarked
package org.chromaproxy.drill.check;

import org.jspecify.annotations.NullMarked;
