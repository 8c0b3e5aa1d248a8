/**
 * The words of the log: immutable values without behaviour towards PostgreSQL or the network. Every other package may
 * import this one; it imports nothing of the project.
 */
@NullMarked
package org.chromaproxy.wal.record;

import org.jspecify.annotations.NullMarked;
