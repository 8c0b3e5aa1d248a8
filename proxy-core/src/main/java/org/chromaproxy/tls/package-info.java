/**
 * TLS towards clients: certificates, keys, and their exchange while the proxy runs. Thread-safe. May import
 * {@code config}.
 */
@NullMarked
package org.chromaproxy.tls;

import org.jspecify.annotations.NullMarked;
