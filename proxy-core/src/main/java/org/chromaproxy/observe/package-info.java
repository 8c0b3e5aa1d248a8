/**
 * Who hears of ended exchanges: the access log here, spans in {@code observe.trace}.
 *
 * <p>Everything is confined to the thread of {@link org.chromaproxy.completion.Feed}, but for starting. Imports {@code
 * completion} and {@code config}.
 */
@NullMarked
package org.chromaproxy.observe;

import org.jspecify.annotations.NullMarked;
