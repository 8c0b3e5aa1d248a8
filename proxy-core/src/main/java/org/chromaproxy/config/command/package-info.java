/**
 * The settings on the command line, and what is printed of them. State: a command's own, used by the main thread.
 *
 * <p>Imports {@code config}, {@code config.audit} and {@code config.setting}.
 */
@NullMarked
package org.chromaproxy.config.command;

import org.jspecify.annotations.NullMarked;
