/**
 * What clients may send, well formed or not, down to the bytes on the wire.
 *
 * <p>May import: the JDK, JUnit, Jackson, Awaitility and the harness. Everything runs on JUnit's thread.
 */
@NullMarked
package org.chromaproxy.acceptance.input;

import org.jspecify.annotations.NullMarked;
