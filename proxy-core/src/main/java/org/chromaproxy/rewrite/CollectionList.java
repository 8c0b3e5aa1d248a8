package org.chromaproxy.rewrite;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.scan.CollectionJson;
import org.chromaproxy.scan.Slice;

/**
 * A list of collections as clients see it: with public ids and in their order, which is the same whichever instance
 * answers. Chroma orders and pages by its own ids, so the instance must be asked for the whole list.
 */
public final class CollectionList {
    private record Entry(UUID publicId, Slice bytes) {}

    /** UUIDs as text compare: {@link UUID#compareTo} is signed. */
    private static final Comparator<Entry> BY_PUBLIC_ID =
            Comparator.comparing(entry -> entry.publicId().toString());

    private CollectionList() {}

    /**
     * Rewrites an instance's whole list.
     *
     * @param body the instance's answer; its ids are overwritten
     * @param publicId gives the public id of an instance's id, or nothing for a collection that clients must not see
     * @param offset collections to skip
     * @param limit most collections to keep
     * @return the list for the client; empty if the body is not a list of collections
     */
    public static Optional<byte[]> rewrite(
            byte[] body, Function<UUID, Optional<UUID>> publicId, long offset, long limit) {
        return CollectionJson.elements(body).map(elements -> {
            List<Entry> entries = new ArrayList<>(elements.size());
            for (CollectionJson.Element element : elements) {
                CollectionIds.parse(element.head().id()).flatMap(publicId).ifPresent(id -> {
                    UuidSwap.swapAt(body, element.head().idStart(), id);
                    entries.add(new Entry(id, element.bytes()));
                });
            }
            entries.sort(BY_PUBLIC_ID);
            return join(
                    body,
                    entries.stream()
                            .skip(Math.max(0, offset))
                            .limit(Math.max(0, limit))
                            .toList());
        });
    }

    private static byte[] join(byte[] body, List<Entry> entries) {
        ByteArrayOutputStream list = new ByteArrayOutputStream(body.length);
        list.write('[');
        for (Entry entry : entries) {
            if (list.size() > 1) {
                list.write(',');
            }
            list.write(body, entry.bytes().start(), entry.bytes().length());
        }
        list.write(']');
        return list.toByteArray();
    }
}
