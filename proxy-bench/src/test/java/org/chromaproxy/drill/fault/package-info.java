/** What schedules promise, and that faults do to real processes what they say. */
@NullMarked
package org.chromaproxy.drill.fault;

import org.jspecify.annotations.NullMarked;
