/**
 * All settings, read once and validated as a whole. The only package that reads the environment. Immutable values;
 * imports nothing of the project.
 */
@NullMarked
package org.chromaproxy.config;

import org.jspecify.annotations.NullMarked;
