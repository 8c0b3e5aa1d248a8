/**
 * The operators' page: its files, the headers that confine it, and what keeps other sites' pages from acting through an
 * operator's browser.
 *
 * <p>Stateless but for the files, which are read once; any thread. May import {@code admin.page}, {@code exchange} and
 * {@code http}.
 */
@NullMarked
package org.chromaproxy.admin.dashboard;

import org.jspecify.annotations.NullMarked;
