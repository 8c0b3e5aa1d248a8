/**
 * The command line: reads configuration, builds the parts and wires them together.
 *
 * <p>State: owned by the main thread, written once while starting.
 *
 * <p>Imports {@code access}, {@code admin}, {@code admin.page}, {@code admit}, {@code adopt}, {@code alert},
 * {@code blocking}, {@code catalog}, {@code completion}, {@code config}, {@code config.audit}, {@code config.command},
 * {@code config.setting}, {@code copy}, {@code demo}, {@code downstream}, {@code exchange}, {@code health},
 * {@code instance}, {@code lane}, {@code local}, {@code logging}, {@code merge}, {@code observe}, {@code reload},
 * {@code supervise}, {@code tls}, {@code transport}, {@code upstream}, {@code wal}, {@code wal.append},
 * {@code wal.owner}, {@code wal.record}, {@code wal.recovery}, {@code wal.store} and {@code wal.store.query}. Nothing
 * imports it.
 */
@NullMarked
package org.chromaproxy.main;

import org.jspecify.annotations.NullMarked;
