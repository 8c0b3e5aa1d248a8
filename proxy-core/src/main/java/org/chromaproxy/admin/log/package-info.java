/**
 * What operators are told of logged writes, their outcomes and the dead letters, and what they may do about these.
 *
 * <p>Stateless; any thread. A class that reads the log says that it blocks.
 *
 * <p>Imports {@code admin.page}, {@code admit}, {@code blocking}, {@code catalog}, {@code config}, {@code exchange},
 * {@code http}, {@code instance}, {@code lane}, {@code route}, {@code scan}, {@code wal.append}, {@code wal.record},
 * {@code wal.recovery} and {@code wal.store.query}.
 */
@NullMarked
package org.chromaproxy.admin.log;

import org.jspecify.annotations.NullMarked;
