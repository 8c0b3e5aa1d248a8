/**
 * The operators' page: its files, and the headers that confine it.
 *
 * <p>Stateless but for the files, which are read once; any thread. May import {@code admin.page}, {@code exchange} and
 * {@code http}.
 */
@NullMarked
package org.chromaproxy.admin.dashboard;

import org.jspecify.annotations.NullMarked;
