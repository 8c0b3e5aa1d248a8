/**
 * What survives when processes are killed: the proxy in the middle of a load, an instance with its disk.
 *
 * <p>May import: the JDK, JUnit, Jackson, Awaitility and the harness. Writers run on threads of their own; each ledger
 * belongs to one of them until they have ended.
 */
@NullMarked
package org.chromaproxy.acceptance.crash;

import org.jspecify.annotations.NullMarked;
