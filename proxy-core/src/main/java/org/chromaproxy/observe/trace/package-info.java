/**
 * Spans of ended exchanges, made by OpenTelemetry's SDK and sent by its OTLP exporter.
 *
 * <p>Confined to the thread of {@link org.chromaproxy.completion.Feed}; the exporter sends on threads of its own.
 * Nothing is read from the environment.
 *
 * <p>Imports {@code completion} and {@code http}.
 */
@NullMarked
package org.chromaproxy.observe.trace;

import org.jspecify.annotations.NullMarked;
