/**
 * The operators' page: its files, and the headers that confine it.
 *
 * <p>Stateless but for the files, which are read once; any thread.
 *
 * <p>Imports {@code admin.page} and {@code exchange}.
 */
@NullMarked
package org.chromaproxy.admin.dashboard;

import org.jspecify.annotations.NullMarked;
