/**
 * The Chroma servers behind the proxy and what is known of their state.
 *
 * <p>An {@link org.chromaproxy.instance.Instance} may be read from any thread; its state is changed by the health
 * checker and by adoption only, each change announced to listeners on the changing thread. Its counts are kept by the
 * lanes. What operators see (a {@link org.chromaproxy.instance.Standing}) follows from these and gates nothing.
 *
 * <p>Imports {@code capability} and {@code time}.
 */
@NullMarked
package org.chromaproxy.instance;

import org.jspecify.annotations.NullMarked;
