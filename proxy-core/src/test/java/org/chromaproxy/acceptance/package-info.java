/**
 * The proxy seen from outside, on real Chroma servers and a real PostgreSQL: what the README promises to users and
 * operators, use case by use case.
 *
 * <p>May import: the JDK, JUnit, Jackson, Awaitility and the harness. Each class starts its own servers once; methods
 * run one after the other on JUnit's thread and use collections of their own.
 */
@NullMarked
package org.chromaproxy.acceptance;

import org.jspecify.annotations.NullMarked;
