/**
 * A byte-level TCP proxy that breaks connections on purpose, in the ways networks and kernels do.
 *
 * <p>State: everything belongs to the one event loop of its {@link org.chromaproxy.drill.net.Network}; the public
 * methods hop to it and return when what they ask for has taken effect.
 *
 * <p>It stands between two kernels as a cable would, but it is no cable: each side talks to <em>our</em> kernel, which
 * acknowledges at once. So a sender never sees its bytes unacknowledged ({@code TCP_USER_TIMEOUT} and retransmission do
 * not act), windows do not close before our buffers are full, and single packets are neither lost nor reordered within a
 * connection. What is shown faithfully: which bytes arrive, when, after what, and how each connection ends.
 *
 * <p>Imports nothing of the project.
 */
@NullMarked
package org.chromaproxy.drill.net;

import org.jspecify.annotations.NullMarked;
