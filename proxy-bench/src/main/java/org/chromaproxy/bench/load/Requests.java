package org.chromaproxy.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The requests of the benchmarks. */
public final class Requests {
    /** Numbers per embedding. With nine characters each, a record is 3.6 KB. */
    public static final int DIMENSION = 384;

    private static final int ID_DIGITS = 16;
    private static final String ID_PLACE = "#".repeat(ID_DIGITS);
    private static final String EMBEDDING = embedding();
    private static final String RECORD_TEXT = "A record of the benchmark, as long as a line of text often is.";

    private Requests() {}

    /** The same request every time. */
    public static RequestSource fixed(String method, String path, String body) {
        ByteBuf request = Unpooled.unreleasableBuffer(Unpooled.directBuffer().writeBytes(bytes(method, path, body)));
        return allocator -> request.duplicate();
    }

    /**
     * Adds of one record each, all ids different, taking the collections in turn.
     *
     * @param collections paths, each without the operation
     */
    public static RequestSource adds(List<String> collections) {
        return adds(collections, addBody(List.of(ID_PLACE)));
    }

    /** The same with a document of so many bytes in each record. */
    public static RequestSource largeAdds(List<String> collections, int documentBytes) {
        String body = addBody(List.of(ID_PLACE)).replace(RECORD_TEXT, "x".repeat(documentBytes));
        return adds(collections, body);
    }

    private static RequestSource adds(List<String> collections, String body) {
        List<byte[]> templates = collections.stream()
                .map(path -> bytes("POST", path + "/add", body))
                .toList();
        List<Integer> places = templates.stream()
                .map(template -> new String(template, StandardCharsets.US_ASCII).indexOf(ID_PLACE))
                .toList();
        AtomicLong last = new AtomicLong(System.nanoTime() & Long.MAX_VALUE >> 8);
        return allocator -> {
            long number = last.incrementAndGet();
            int which = (int) (number % templates.size());
            byte[] template = templates.get(which);
            ByteBuf request = allocator.directBuffer(template.length).writeBytes(template);
            for (int i = places.get(which) + ID_DIGITS - 1; i >= places.get(which); i--) {
                request.setByte(i, '0' + (int) (number % 10));
                number /= 10;
            }
            return request;
        };
    }

    /** The body of an add of these ids, every record like those of {@link #adds}. */
    public static String addBody(List<String> ids) {
        return "{\"ids\":[" + each(ids, id -> "\"" + id + "\"") + "],\"embeddings\":[" + each(ids, id -> EMBEDDING)
                + "],\"metadatas\":[" + each(ids, id -> "{\"source\":\"bench\"}") + "],\"documents\":["
                + each(ids, id -> "\"" + RECORD_TEXT + "\"") + "]}";
    }

    private static String each(List<String> ids, java.util.function.UnaryOperator<String> value) {
        return ids.stream().map(value).collect(Collectors.joining(","));
    }

    /** A request on the wire. */
    static byte[] bytes(String method, String path, String body) {
        String head = method + " " + path + " HTTP/1.1\r\nHost: bench\r\nAccept: */*\r\n";
        String entity =
                body.isEmpty() ? "" : "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n";
        return (head + entity + "\r\n" + body).getBytes(StandardCharsets.US_ASCII);
    }

    private static String embedding() {
        Random random = new Random(1);
        return IntStream.range(0, DIMENSION)
                .mapToObj(i -> String.format(Locale.ROOT, "%.6f", random.nextDouble()))
                .collect(Collectors.joining(",", "[", "]"));
    }
}
