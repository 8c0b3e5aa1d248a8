package org.chromaproxy.scan;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The body of a delete of records.
 *
 * @param footprint what the delete can touch; everything if it has a filter
 * @param understood whether the other components are to be trusted; if not, they are empty
 * @param limited whether it has a limit other than null: servers that know limits refuse it, or may not be sent it twice
 * @param limit most records to delete; empty if there is no limit, or none that Chroma takes
 * @param ids the raw array of ids
 * @param where the raw filter on metadata
 * @param whereDocument the raw filter on documents
 */
public record DeleteBody(
        Footprint footprint,
        boolean understood,
        boolean limited,
        OptionalLong limit,
        Optional<Slice> ids,
        Optional<Slice> where,
        Optional<Slice> whereDocument) {

    /** Stands for a filter that is neither object nor array: Chroma refuses all of these alike. */
    static final Slice NO_FILTER = new Slice(0, 0);

    static DeleteBody notUnderstood(String reason) {
        return new DeleteBody(
                new Footprint.Everything(reason),
                false,
                false,
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    public boolean filtered() {
        return where.isPresent() || whereDocument.isPresent();
    }

    /** The raw filters. */
    List<Slice> filters() {
        return Stream.concat(where.stream(), whereDocument.stream()).toList();
    }

    /**
     * Whether a server may find a limit in it, understood or not: then it must not be sent to more than one server, nor
     * twice, as it is.
     *
     * @param body the body that was scanned
     */
    public boolean mayBeLimited(byte[] body) {
        if (understood) {
            return limited;
        }
        String text = new String(body, StandardCharsets.ISO_8859_1);
        return text.contains("limit") || text.contains("\\u");
    }

    /**
     * The body of a {@code get} that finds the ids this delete would hit: the same ids, filters and limit, byte for byte,
     * with nothing included.
     *
     * @param body the body that was scanned
     * @throws IllegalStateException if it was not understood
     */
    public byte[] resolvingGet(byte[] body) {
        String most = limit.isPresent() ? "\"limit\":" + limit.getAsLong() + "," : "";
        return with(body, most + "\"include\":[]");
    }

    /**
     * The same delete with a limit of 0: a server that knows limits refuses it as it would refuse this one, and else deletes
     * nothing.
     *
     * @throws IllegalStateException if it was not understood
     */
    public byte[] withoutEffect(byte[] body) {
        return with(body, "\"limit\":0");
    }

    /**
     * The same delete without its limit, as a server takes it that does not know limits.
     *
     * @throws IllegalStateException if it was not understood
     */
    public byte[] withoutLimit(byte[] body) {
        return with(body, "\"limit\":null");
    }

    private byte[] with(byte[] body, String rest) {
        if (!understood) {
            throw new IllegalStateException("a delete that was not understood cannot be rewritten");
        }
        ByteArrayOutputStream other = new ByteArrayOutputStream(body.length + 32);
        ascii(other, "{");
        copy(other, "ids", ids, body);
        copy(other, "where", where, body);
        copy(other, "where_document", whereDocument, body);
        ascii(other, rest + "}");
        return other.toByteArray();
    }

    private static void copy(ByteArrayOutputStream to, String key, Optional<Slice> value, byte[] body) {
        value.ifPresent(slice -> {
            ascii(to, "\"" + key + "\":");
            if (slice.equals(NO_FILTER)) {
                ascii(to, "false");
            } else {
                to.write(body, slice.start(), slice.length());
            }
            ascii(to, ",");
        });
    }

    private static void ascii(ByteArrayOutputStream to, String text) {
        to.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
