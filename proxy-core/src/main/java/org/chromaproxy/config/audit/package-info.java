/**
 * What makes an installation safe, as one list: the checks of {@code chroma-proxy config --audit}, which the page on
 * hardening repeats, and what of it a running proxy says at its start and in {@code /status}. Stateless; any thread,
 * those that look at files block.
 *
 * <p>Imports {@code config} and {@code config.setting}.
 */
@NullMarked
package org.chromaproxy.config.audit;

import org.jspecify.annotations.NullMarked;
