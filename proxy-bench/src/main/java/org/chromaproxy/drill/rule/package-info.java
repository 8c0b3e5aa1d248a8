/**
 * What every rule stands on: one run put together from its history and its evidence, and the violation as the result.
 *
 * <p>One thread. May import: the JDK, Jackson, {@code drill.history}, {@code drill.evidence}, {@code drill.model}.
 */
@NullMarked
package org.chromaproxy.drill.rule;

import org.jspecify.annotations.NullMarked;
