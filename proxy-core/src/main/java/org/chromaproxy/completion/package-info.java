/**
 * The end of every exchange: one event, with one reason, told once. Metrics, the access log and spans all hang off it.
 *
 * <p>What is noted of an exchange on its way belongs to its event loop, but for the marks, which lanes and the log's
 * writer set too. {@link org.chromaproxy.completion.Feed} carries it to a thread of its own. With nobody to tell,
 * nothing is noted: no allocation, no look at the clock.
 *
 * <p>Imports {@code admit}, {@code http}, {@code metrics} and {@code route}.
 */
@NullMarked
package org.chromaproxy.completion;

import org.jspecify.annotations.NullMarked;
