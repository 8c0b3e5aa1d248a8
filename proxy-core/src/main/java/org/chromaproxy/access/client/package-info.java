/**
 * What is asked of a client whoever it is: how much it may send, and from whose pages. Any thread.
 *
 * <p>Imports {@code config}.
 */
@NullMarked
package org.chromaproxy.access.client;

import org.jspecify.annotations.NullMarked;
