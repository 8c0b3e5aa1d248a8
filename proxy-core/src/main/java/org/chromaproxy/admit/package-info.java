/**
 * What is let in: requests by count, bodies by bytes, and of both how much for each principal. Thread-safe; what has
 * room takes no lock; waiters are called back on their own loops.
 *
 * <p>Imports {@code config}.
 */
@NullMarked
package org.chromaproxy.admit;

import org.jspecify.annotations.NullMarked;
