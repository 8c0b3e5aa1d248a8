/** Tests of the catalog lanes, over servers and a log of the tests' own. */
@NullMarked
package org.chromaproxy.lane.catalog;

import org.jspecify.annotations.NullMarked;
