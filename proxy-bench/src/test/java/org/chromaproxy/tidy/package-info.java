/** The measures of the house style that need all three modules: what one module makes public, another may use. State: none. */
@NullMarked
package org.chromaproxy.tidy;

import org.jspecify.annotations.NullMarked;
