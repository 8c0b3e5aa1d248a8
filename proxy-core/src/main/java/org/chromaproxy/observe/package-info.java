/**
 * Who hears of ended exchanges: the access log here, spans in {@code observe.trace}.
 *
 * <p>Everything is confined to the thread of {@link org.chromaproxy.completion.Feed}, but for starting.
 *
 * <p>Imports {@code completion}, {@code config}, {@code http} and {@code observe.trace}.
 */
@NullMarked
package org.chromaproxy.observe;

import org.jspecify.annotations.NullMarked;
