/**
 * A small exact model of what Chroma's writes do, replayed in the order of the log. Immutable but for {@code World},
 * which one thread fills.
 *
 * <p>Imports nothing of the project.
 */
@NullMarked
package org.chromaproxy.drill.model;

import org.jspecify.annotations.NullMarked;
