/**
 * The door to what operators ask the proxy, and the few things they may tell it to do.
 *
 * <p>Requests arrive on event loops; what blocks goes to the workers given. Changes of the catalog are made on its lanes'
 * loop. May import everything but {@code access}, {@code local} and {@code main}; nothing of the data path imports this.
 */
@NullMarked
package org.chromaproxy.admin;

import org.jspecify.annotations.NullMarked;
