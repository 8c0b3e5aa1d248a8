/**
 * Whether the instances live: one active probe each, and what traffic tells. Confined to one event loop; changes the
 * instances' states. May import {@code instance}, {@code upstream} and {@code transport}.
 */
@NullMarked
package org.chromaproxy.health;

import org.jspecify.annotations.NullMarked;
