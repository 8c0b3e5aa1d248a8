/**
 * What goes wrong in a drill, when, and how it is done to the processes and links of a stack.
 *
 * <p>State: an injector runs each episode on a thread of its own; everything else is immutable.
 *
 * <p>Imports {@code drill.net} and {@code drill.stack}.
 */
@NullMarked
package org.chromaproxy.drill.fault;

import org.jspecify.annotations.NullMarked;
