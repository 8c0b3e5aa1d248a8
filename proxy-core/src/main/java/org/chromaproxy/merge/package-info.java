/**
 * Neighbouring record writes made one request: their JSON arrays put one behind the other, byte for byte.
 *
 * <p>Stateless; any thread.
 *
 * <p>Imports nothing of the project.
 */
@NullMarked
package org.chromaproxy.merge;

import org.jspecify.annotations.NullMarked;
