/**
 * Who may do what: tokens, their roles and tenants, and the refusal of everybody else.
 *
 * <p>The tokens are an immutable set that a reload replaces as a whole; everything here may be called from any thread.
 *
 * <p>Imports {@code access.client}, {@code config}, {@code config.command}, {@code http} and {@code route}.
 */
@NullMarked
package org.chromaproxy.access;

import org.jspecify.annotations.NullMarked;
