/**
 * The command line: reads configuration, builds the parts and wires them together.
 *
 * <p>State: owned by the main thread, written once while starting. May import every other package; nothing imports
 * this one.
 */
@NullMarked
package org.chromaproxy.main;

import org.jspecify.annotations.NullMarked;
