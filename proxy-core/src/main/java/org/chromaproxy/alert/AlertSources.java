package org.chromaproxy.alert;

import java.util.function.LongSupplier;
import org.chromaproxy.admit.LogCapacity;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.wal.append.LogWriter;
import org.chromaproxy.wal.recovery.DeadLetters;

/**
 * What alerts are about.
 *
 * @param diverged how many collections differ from the log somewhere; never blocks
 * @param capacity how large the log is and may be
 * @param letters asked on a thread of its own
 */
public record AlertSources(
        Instances instances, LogWriter log, LongSupplier diverged, DeadLetters letters, LogCapacity capacity) {}
