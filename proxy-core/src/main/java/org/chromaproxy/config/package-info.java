/**
 * All settings as the program uses them, read and validated as a whole. The only package that reads the environment.
 * Immutable values.
 *
 * <p>Imports {@code config.setting}.
 */
@NullMarked
package org.chromaproxy.config;

import org.jspecify.annotations.NullMarked;
