/**
 * The door to what operators ask the proxy, and the few things they may tell it to do.
 *
 * <p>Requests arrive on event loops; what blocks goes to the workers given. Changes of the catalog are made on its
 * lanes' loop.
 *
 * <p>Imports {@code admin.dashboard}, {@code admin.log}, {@code admin.metrics}, {@code admin.page}, {@code adopt},
 * {@code catalog}, {@code exchange}, {@code health}, {@code http}, {@code instance}, {@code lane}, {@code reload},
 * {@code route}, {@code scan}, {@code transport}, {@code upstream}, {@code wal.append}, {@code wal.record} and
 * {@code wal.recovery}. Nothing of the data path imports it.
 */
@NullMarked
package org.chromaproxy.admin;

import org.jspecify.annotations.NullMarked;
