/**
 * What a line of the program's log looks like: Logback's converters, named in {@code logback.xml}. No state; used by
 * every thread that logs.
 *
 * <p>Imports {@code config.setting}, for its masks.
 */
@NullMarked
package org.chromaproxy.logging;

import org.jspecify.annotations.NullMarked;
