/**
 * What the clients of a drill did and were told, what was done to the servers meanwhile, and the file that keeps it. All
 * times are nanoseconds since the run began, on one monotonic clock.
 *
 * <p>Everything but {@code Recorder} is immutable; the recorder is safe for any thread.
 *
 * <p>Imports nothing of the project.
 */
@NullMarked
package org.chromaproxy.drill.history;

import org.jspecify.annotations.NullMarked;
