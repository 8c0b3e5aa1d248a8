/**
 * All lane groups, and the only door to them from other threads.
 *
 * <p>Any thread; each call hops to its group's loop. May import {@code lane} and the packages below it.
 */
@NullMarked
package org.chromaproxy.lane.registry;

import org.jspecify.annotations.NullMarked;
