package org.chromaproxy.scan;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The body of a delete of records.
 *
 * @param footprint what the delete can touch; everything if it has a filter
 * @param understood whether the other components are to be trusted; if not, they are empty
 * @param limit most records to delete; such a delete is not repeatable
 * @param ids the raw array of ids
 * @param where the raw filter on metadata
 * @param whereDocument the raw filter on documents
 */
public record DeleteBody(
        Footprint footprint,
        boolean understood,
        OptionalLong limit,
        Optional<Slice> ids,
        Optional<Slice> where,
        Optional<Slice> whereDocument) {

    static DeleteBody notUnderstood(String reason) {
        return new DeleteBody(
                new Footprint.Everything(reason),
                false,
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    public boolean filtered() {
        return where.isPresent() || whereDocument.isPresent();
    }

    /**
     * The body of a {@code get} that finds the ids this delete would hit: the same ids, filters and limit, byte for byte,
     * with nothing included.
     *
     * @param body the body that was scanned
     * @throws IllegalStateException if it was not understood
     */
    public byte[] resolvingGet(byte[] body) {
        if (!understood) {
            throw new IllegalStateException("a delete that was not understood cannot be resolved");
        }
        ByteArrayOutputStream get = new ByteArrayOutputStream(body.length + 32);
        ascii(get, "{");
        copy(get, "ids", ids, body);
        copy(get, "where", where, body);
        copy(get, "where_document", whereDocument, body);
        limit.ifPresent(most -> ascii(get, "\"limit\":" + most + ","));
        ascii(get, "\"include\":[]}");
        return get.toByteArray();
    }

    private static void copy(ByteArrayOutputStream get, String key, Optional<Slice> value, byte[] body) {
        value.ifPresent(slice -> {
            ascii(get, "\"" + key + "\":");
            get.write(body, slice.start(), slice.length());
            ascii(get, ",");
        });
    }

    private static void ascii(ByteArrayOutputStream get, String text) {
        get.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
