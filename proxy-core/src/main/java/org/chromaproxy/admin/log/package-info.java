/**
 * What operators are told of logged writes, their outcomes and the dead letters, and what they may do about these.
 *
 * <p>Stateless; any thread. A class that reads the log says that it blocks. May import everything but {@code admin},
 * {@code access}, {@code local} and {@code main}.
 */
@NullMarked
package org.chromaproxy.admin.log;

import org.jspecify.annotations.NullMarked;
