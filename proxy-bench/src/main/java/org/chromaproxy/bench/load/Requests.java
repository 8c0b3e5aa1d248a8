package org.chromaproxy.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
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
    private static final int ID_SEARCH = 2_000;
    /** A prime larger than any number of collections, so that each gets its turn. */
    private static final long STRIDE = 1_000_003;

    private static final String EMBEDDING = embedding();
    private static final String BASE64_EMBEDDING = base64Embedding();
    private static final String RECORD_TEXT = "A record of the benchmark, as long as a line of text often is.";

    private Requests() {}

    /** The same request every time. */
    public static RequestSource fixed(String method, String path, String body) {
        return repeated(bytes(method, path, body));
    }

    private static RequestSource repeated(byte[] bytes) {
        ByteBuf request = Unpooled.unreleasableBuffer(Unpooled.directBuffer().writeBytes(bytes));
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

    /** The same as some client sends them. */
    public static RequestSource adds(ClientForm form, List<String> collections) {
        String body = form.addBody(List.of(ID_PLACE));
        return templates(collections.stream()
                .map(path -> bytes(form, path + "/add", body))
                .toList());
    }

    /** Creations, all names different, as Chroma's Python client sends them. */
    public static RequestSource creations(String collections) {
        String body = "{\"name\":\"" + ID_PLACE
                + "\",\"metadata\":null,\"configuration\":null,\"schema\":null,\"get_or_create\":false}";
        return templates(List.of(bytes(ClientForm.PYTHON, collections, body)));
    }

    /** The same read of one record every time, as some client sends it. */
    public static RequestSource gets(ClientForm form, String collection) {
        return repeated(bytes(form, collection + "/get", form.getBody()));
    }

    /** The same, to be acknowledged once they are in the log and applied later. */
    public static RequestSource asyncAdds(List<String> collections) {
        return templates(collections.stream()
                .map(path -> bytes("POST", path + "/add", "Prefer: respond-async\r\n", addBody(List.of(ID_PLACE))))
                .toList());
    }

    /** The same request to each of many collections, those named one after the other being far apart. */
    public static RequestSource spread(List<String> collections, String operation, String body) {
        List<byte[]> requests = collections.stream()
                .map(path -> bytes("POST", path + operation, body))
                .toList();
        AtomicLong last = new AtomicLong();
        return allocator -> {
            byte[] request = requests.get((int) (last.incrementAndGet() * STRIDE % requests.size()));
            return allocator.directBuffer(request.length).writeBytes(request);
        };
    }

    /** The same with a document of so many bytes in each record. */
    public static RequestSource largeAdds(List<String> collections, int documentBytes) {
        String body = addBody(List.of(ID_PLACE)).replace(RECORD_TEXT, "x".repeat(documentBytes));
        return adds(collections, body);
    }

    private static RequestSource adds(List<String> collections, String body) {
        return templates(collections.stream()
                .map(path -> bytes("POST", path + "/add", body))
                .toList());
    }

    private static RequestSource templates(List<byte[]> templates) {
        List<Integer> places = templates.stream().map(Requests::idPlace).toList();
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

    /** The same as Chroma's Python client writes it: embeddings in base64, all five keys. */
    static String pythonAddBody(List<String> ids) {
        return "{\"ids\":[" + each(ids, id -> "\"" + id + "\"") + "],\"embeddings\":["
                + each(ids, id -> "\"" + BASE64_EMBEDDING + "\"") + "],\"metadatas\":["
                + each(ids, id -> "{\"source\":\"bench\"}") + "],\"documents\":["
                + each(ids, id -> "\"" + RECORD_TEXT + "\"") + "],\"uris\":null}";
    }

    private static String each(List<String> ids, java.util.function.UnaryOperator<String> value) {
        return ids.stream().map(value).collect(Collectors.joining(","));
    }

    /** Where the id stands; its first characters are enough to look through. */
    private static int idPlace(byte[] template) {
        int end = Math.min(template.length, ID_SEARCH);
        return new String(template, 0, end, StandardCharsets.US_ASCII).indexOf(ID_PLACE);
    }

    /** A request on the wire. */
    static byte[] bytes(String method, String path, String body) {
        return bytes(method, path, "", body);
    }

    private static byte[] bytes(String method, String path, String headers, String body) {
        String head = method + " " + path + " HTTP/1.1\r\nHost: bench\r\nAccept: */*\r\n" + headers;
        String entity =
                body.isEmpty() ? "" : "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n";
        return (head + entity + "\r\n" + body).getBytes(StandardCharsets.US_ASCII);
    }

    /** A POST as some client sends it. */
    static byte[] bytes(ClientForm form, String path, String body) {
        String head = "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + String.join("\r\n", form.headers())
                + "\r\nContent-Length: " + body.length() + "\r\n\r\n";
        return (head + body).getBytes(StandardCharsets.US_ASCII);
    }

    private static String base64Embedding() {
        Random random = new Random(1);
        ByteBuffer floats = ByteBuffer.allocate(DIMENSION * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        IntStream.range(0, DIMENSION).forEach(i -> floats.putFloat((float) random.nextDouble()));
        return Base64.getEncoder().encodeToString(floats.array());
    }

    private static String embedding() {
        Random random = new Random(1);
        return IntStream.range(0, DIMENSION)
                .mapToObj(i -> String.format(Locale.ROOT, "%.6f", random.nextDouble()))
                .collect(Collectors.joining(",", "[", "]"));
    }
}
