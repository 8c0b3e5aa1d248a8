/**
 * Tells people by a webhook what needs them, and when it is over.
 *
 * <p>One virtual thread looks at the proxy's state a few times a second, another posts; neither is ever waited for by the
 * data path, which knows nothing of this package. May import what it looks at: {@code instance}, {@code catalog}, and of
 * the log {@code append} and {@code recovery}.
 */
@NullMarked
package org.chromaproxy.alert;

import org.jspecify.annotations.NullMarked;
