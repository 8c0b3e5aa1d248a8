/**
 * What those who watch over the process are told: systemd, by its notification socket, and whoever runs
 * {@code chroma-proxy health}. A thread of its own.
 *
 * <p>Imports {@code config}, {@code config.command}, {@code config.setting} and {@code tls}.
 */
@NullMarked
package org.chromaproxy.supervise;

import org.jspecify.annotations.NullMarked;
