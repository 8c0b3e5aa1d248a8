/**
 * What is let in: requests by count, bodies by bytes. Thread-safe and lock-free; waiters are called back on their own
 * loops. Imports nothing of the project.
 */
@NullMarked
package org.chromaproxy.admit;

import org.jspecify.annotations.NullMarked;
