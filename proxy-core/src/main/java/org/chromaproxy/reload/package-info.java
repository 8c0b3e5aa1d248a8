/**
 * Reading the configuration again while the proxy runs: by SIGHUP, or on an operator's demand. State: what holds now,
 * guarded by the reloader.
 *
 * <p>Imports {@code config} and {@code config.setting}.
 */
@NullMarked
package org.chromaproxy.reload;

import org.jspecify.annotations.NullMarked;
