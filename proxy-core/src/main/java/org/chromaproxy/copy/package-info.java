/**
 * Filling one collection's place on an instance from its leader, and comparing two places, while clients go on writing.
 *
 * <p>Runs on one worker thread at a time; what it changes of lanes and catalog, it changes on their loops.
 *
 * <p>Imports {@code blocking}, {@code catalog}, {@code instance}, {@code lane}, {@code route}, {@code scan},
 * {@code transport}, {@code upstream}, {@code wal.append} and {@code wal.record}.
 */
@NullMarked
package org.chromaproxy.copy;

import org.jspecify.annotations.NullMarked;
