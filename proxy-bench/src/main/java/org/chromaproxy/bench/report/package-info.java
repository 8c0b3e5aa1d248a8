/**
 * From samples to a report: medians, ratios within a run, goals beside figures, pictures.
 *
 * <p>State: none shared; used by the thread that runs the benchmarks.
 *
 * <p>Imports nothing of the project.
 */
@NullMarked
package org.chromaproxy.bench.report;

import org.jspecify.annotations.NullMarked;
