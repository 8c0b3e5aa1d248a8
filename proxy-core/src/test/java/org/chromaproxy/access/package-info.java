/** Who may do what, without a network. */
@NullMarked
package org.chromaproxy.access;

import org.jspecify.annotations.NullMarked;
