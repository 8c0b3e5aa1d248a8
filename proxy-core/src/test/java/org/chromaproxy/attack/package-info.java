/** Hostile and careless clients against a whole proxy: what they can do to it, and to one another. */
@NullMarked
package org.chromaproxy.attack;

import org.jspecify.annotations.NullMarked;
