/**
 * Tells people by a webhook what needs them, and when it is over.
 *
 * <p>One virtual thread looks at the proxy's state a few times a second, another posts; neither is ever waited for by
 * the data path, which knows nothing of this package.
 *
 * <p>Imports {@code admit}, {@code config}, {@code instance}, {@code wal.append}, {@code wal.recovery} and
 * {@code wal.store}.
 */
@NullMarked
package org.chromaproxy.alert;

import org.jspecify.annotations.NullMarked;
