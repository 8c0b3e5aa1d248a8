/**
 * What a line of the program's log looks like: Logback's converters, named in {@code logback.xml}. No state; used by every
 * thread that logs. May import the settings' masks and nothing else of the project.
 */
@NullMarked
package org.chromaproxy.logging;

import org.jspecify.annotations.NullMarked;
