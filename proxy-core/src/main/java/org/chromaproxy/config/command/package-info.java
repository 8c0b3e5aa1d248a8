/**
 * The settings on the command line, and what is printed of them. State: a command's own, used by the main thread. May
 * import the configuration and nothing else of the project.
 */
@NullMarked
package org.chromaproxy.config.command;

import org.jspecify.annotations.NullMarked;
