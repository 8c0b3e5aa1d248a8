/**
 * The list of all settings and how their values are found: given on the command line, in the environment, in the file,
 * or not at all. Immutable values, made by the thread that reads.
 *
 * <p>Imports nothing of the project.
 */
@NullMarked
package org.chromaproxy.config.setting;

import org.jspecify.annotations.NullMarked;
