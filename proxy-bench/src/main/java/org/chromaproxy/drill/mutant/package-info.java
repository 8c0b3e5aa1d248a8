/**
 * Proxies that are broken on purpose, one way each, to see whether a drill notices.
 *
 * <p>Nothing in the proxy knows of this: an agent of its JVM changes one method as its class is loaded. State: none
 * beyond that JVM's start.
 *
 * <p>Imports {@code lane}, for one mutant's body.
 */
@NullMarked
package org.chromaproxy.drill.mutant;

import org.jspecify.annotations.NullMarked;
