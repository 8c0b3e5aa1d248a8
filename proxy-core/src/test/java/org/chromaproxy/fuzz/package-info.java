/**
 * The fuzz targets, which stand beside what they try: run over the inputs that are kept, and by Jazzer, guided by
 * coverage, in a process of its own, for a moment in every build and for as long as one likes by hand (docs/fuzzing.md).
 */
@NullMarked
package org.chromaproxy.fuzz;

import org.jspecify.annotations.NullMarked;
