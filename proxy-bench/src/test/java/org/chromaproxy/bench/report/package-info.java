@NullMarked
package org.chromaproxy.bench.report;

import org.jspecify.annotations.NullMarked;
