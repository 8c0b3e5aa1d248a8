/**
 * The one clock. Whatever must also run in simulated time asks it, and nothing else, what time it is.
 *
 * <p>Thread-safe.
 *
 * <p>Imports nothing of the project.
 */
@NullMarked
package org.chromaproxy.time;

import org.jspecify.annotations.NullMarked;
