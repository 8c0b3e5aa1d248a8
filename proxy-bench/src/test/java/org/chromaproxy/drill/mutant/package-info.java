/** Whether mutants can be made of the proxy as it is, and whether drills notice them. */
@NullMarked
package org.chromaproxy.drill.mutant;

import org.jspecify.annotations.NullMarked;
