/**
 * The whole proxy in this JVM, with a real PostgreSQL, in front of two Chroma servers that follow a script: what each
 * instance sees, when, and in which order is part of what these tests assert.
 */
@NullMarked
package org.chromaproxy.scripted;

import org.jspecify.annotations.NullMarked;
