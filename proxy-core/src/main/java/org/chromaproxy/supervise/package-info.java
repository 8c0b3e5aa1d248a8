/**
 * What those who watch over the process are told: systemd, by its notification socket, and whoever runs
 * {@code chroma-proxy health}. A thread of its own; imports {@code config} and {@code transport} only.
 */
@NullMarked
package org.chromaproxy.supervise;

import org.jspecify.annotations.NullMarked;
