/**
 * What a drill tells its reader: the figures of a run, the part of the history that shows a violation, the table of all.
 *
 * <p>Immutable.
 *
 * <p>Imports {@code drill.history} and {@code drill.rule}.
 */
@NullMarked
package org.chromaproxy.drill.report;

import org.jspecify.annotations.NullMarked;
