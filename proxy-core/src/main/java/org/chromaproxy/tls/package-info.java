/**
 * TLS towards clients and towards instances: certificates, keys, their exchange while the proxy runs, and why
 * handshakes fail. Thread-safe.
 *
 * <p>Imports {@code config}.
 */
@NullMarked
package org.chromaproxy.tls;

import org.jspecify.annotations.NullMarked;
