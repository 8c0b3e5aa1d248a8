package org.chromaproxy.admin.log;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.chromaproxy.admin.page.Answers;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.wal.record.ClientTransaction;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.TransactionVeil;
import org.chromaproxy.wal.recovery.LogReader;
import org.jspecify.annotations.Nullable;

/** The ids transactions go by. Thread-safe; asks the log for its identity and key once, and blocks for that. */
public final class TransactionIds {
    private final LogReader reader;
    private volatile @Nullable TransactionVeil veil;

    public TransactionIds(LogReader reader) {
        this.reader = reader;
    }

    private TransactionVeil veil() {
        TransactionVeil known = veil;
        if (known == null) {
            known = reader.veil();
            veil = known;
        }
        return known;
    }

    /** The LSN that an id of the proxy's own making names; empty for a client's id. */
    OptionalLong lsn(String id) {
        Optional<UUID> uuid = CollectionIds.parse(id);
        return uuid.isPresent() ? veil().lsn(uuid.get()) : OptionalLong.empty();
    }

    /** The same as somebody may ask who is confined to some tenants. */
    OptionalLong confinedLsn(String id) {
        Optional<UUID> uuid = CollectionIds.parse(id);
        return uuid.isPresent() ? veil().confinedLsn(uuid.get()) : OptionalLong.empty();
    }

    /** The usual spelling of an id of the proxy's own making, whatever record it names; a client's as it is. */
    String spelt(String id) {
        return lsn(id).isPresent() ? CollectionIds.parse(id).map(UUID::toString).orElse(id) : id;
    }

    String text(long lsn) {
        return veil().plain(lsn).toString();
    }

    /** The client's own id, or the proxy's. */
    String of(LogRecord record) {
        return record.content().transaction().map(ClientTransaction::id).orElseGet(() -> text(record.lsn()));
    }

    /** What every page says of a record. */
    ObjectNode describe(LogRecord record) {
        Subject subject = record.content().subject();
        return Answers.object()
                .put("transaction_id", of(record))
                .put("lsn", record.lsn())
                .put("method", record.content().request().method())
                .put("path", record.content().request().path())
                .put("operation_type", record.content().kind().name().toLowerCase(Locale.ROOT))
                .put("created_at", record.createdAt().toString())
                .put("tenant", subject.tenant())
                .put("database", subject.database())
                .put("collection_name", subject.name())
                .put("body_bytes", record.bodyBytes());
    }

    /** The same for somebody who is confined to some tenants: the LSN would tell how many writes there are. */
    ObjectNode describeConfined(LogRecord record) {
        ObjectNode node = describe(record);
        node.remove("lsn");
        return record.content().transaction().isPresent()
                ? node
                : node.put("transaction_id", veil().veiled(record.lsn()).toString());
    }
}
