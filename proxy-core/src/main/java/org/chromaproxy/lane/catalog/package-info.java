/**
 * The catalog lanes: one operation per kind of catalog record.
 *
 * <p>Confined to the loop of the catalog lanes. May import what {@code lane} may, and {@code lane}.
 */
@NullMarked
package org.chromaproxy.lane.catalog;

import org.jspecify.annotations.NullMarked;
