/**
 * What the acceptance tests stand on: real Chroma servers, a real PostgreSQL and the proxy, each as a process of its
 * own, and a client that speaks plain HTTP to any of them.
 *
 * <p>May import: the JDK, Jackson, Awaitility, the launchers of {@code org.chromaproxy.local}. Nothing of the proxy
 * itself: these tests see it only through its sockets. Safe for any thread unless a class says otherwise.
 */
@NullMarked
package org.chromaproxy.acceptance.harness;

import org.jspecify.annotations.NullMarked;
