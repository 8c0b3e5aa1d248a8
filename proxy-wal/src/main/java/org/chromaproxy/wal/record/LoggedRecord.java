package org.chromaproxy.wal.record;

import java.util.Optional;

/**
 * A record read back to be applied.
 *
 * @param record with the body instances are sent: what the record was resolved to, where it was
 * @param resolved whether that body replaces the client's own
 * @param outcome its row, if there is one; a record refused or given up is not to be applied
 */
public record LoggedRecord(LogRecord record, boolean resolved, Optional<Change.Outcome> outcome) {}
