/** Tests of the load's bodies against a real server, with the model by which they are judged. */
@NullMarked
package org.chromaproxy.drill.load;

import org.jspecify.annotations.NullMarked;
