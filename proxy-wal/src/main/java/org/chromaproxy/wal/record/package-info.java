/**
 * The words of the log: immutable values without behaviour towards PostgreSQL or the network.
 *
 * <p>Imports nothing of the project. Every other package may import it.
 */
@NullMarked
package org.chromaproxy.wal.record;

import org.jspecify.annotations.NullMarked;
