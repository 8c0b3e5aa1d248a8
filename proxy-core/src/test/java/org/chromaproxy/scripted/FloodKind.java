package org.chromaproxy.scripted;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The kinds of flood: what each of its clients sends. */
enum FloodKind {
    NOTHING,
    HALF_HEADS,
    LONG_LINES,
    HALF_BODIES,
    HALF_BODIES_WITH_TOKEN,
    MEGABYTES_TO_OPEN_ENDPOINTS,
    ANNOUNCED,
    ANNOUNCED_WITH_TOKEN,
    LARGE_BODIES_WITH_TOKEN,
    UNREAD_PAGES,
    UNREAD_COLLECTIONS,
    LISTS,
    UNREAD_LISTS;

    private static final String WRONG = "wrong";

    Flood.Client client(FloodBed bed) {
        return switch (this) {
            case NOTHING -> Flood.Client.sending("");
            case HALF_HEADS -> Flood.Client.sending(tinyHeaders()).dripping("z:\r\n");
            case LONG_LINES -> Flood.Client.sending("GET /health HTTP/1.1\r\nHost: h\r\nX: " + "x".repeat(15_000));
            case HALF_BODIES -> Flood.Client.sending(bed.post("upsert", WRONG, 100_000) + "x".repeat(50_000));
            case HALF_BODIES_WITH_TOKEN ->
                Flood.Client.sending(bed.post("upsert", FloodBed.LOUD, 100_000) + "x".repeat(50_000));
            case MEGABYTES_TO_OPEN_ENDPOINTS ->
                Flood.Client.sending(
                        "GET /health HTTP/1.1\r\nHost: h\r\nContent-Length: 1048576\r\n\r\n" + "x".repeat(1 << 20));
            case ANNOUNCED ->
                Flood.Client.sending(bed.post("upsert", WRONG, bed.largestBody()))
                        .dripping("x");
            case ANNOUNCED_WITH_TOKEN ->
                Flood.Client.sending(bed.post("upsert", FloodBed.LOUD, bed.largestBody()) + "x".repeat(20_000))
                        .dripping("x");
            case LARGE_BODIES_WITH_TOKEN -> Flood.Client.sending(largeBody(bed));
            case UNREAD_PAGES ->
                Flood.Client.sending("GET /dashboard HTTP/1.1\r\nHost: h\r\n\r\n".repeat(200))
                        .neverReading();
            case UNREAD_COLLECTIONS -> {
                String read = FloodBed.LARGE_READ;
                String get = bed.post("get", FloodBed.LOUD, read.length()) + read;
                yield Flood.Client.sending(get.repeat(50)).neverReading();
            }
            case LISTS -> Flood.Client.sending(FloodBed.list("?limit=1").repeat(3));
            case UNREAD_LISTS ->
                Flood.Client.sending(FloodBed.list("").repeat(50)).neverReading();
        };
    }

    /** Large ones cost time, not memory. */
    int count(int connections) {
        return switch (this) {
            case MEGABYTES_TO_OPEN_ENDPOINTS -> connections / 5;
            case LARGE_BODIES_WITH_TOKEN -> connections / 100;
            default -> connections;
        };
    }

    private static byte[] largeBody(FloodBed bed) {
        String before = "{\"ids\":[\"large\"],\"embeddings\":[[0.5,1]],\"documents\":[\"";
        String after = "\"]}";
        int length = bed.largestBody();
        byte[] head = (bed.post("upsert", FloodBed.LOUD, length) + before).getBytes(StandardCharsets.ISO_8859_1);
        byte[] whole = Arrays.copyOf(head, head.length - before.length() + length);
        Arrays.fill(whole, head.length, whole.length, (byte) 'x');
        for (int i = 0; i < after.length(); i++) {
            whole[whole.length - after.length() + i] = (byte) after.charAt(i);
        }
        return whole;
    }

    private static String tinyHeaders() {
        StringBuilder head = new StringBuilder("GET /health HTTP/1.1\r\nHost: h\r\n");
        for (int i = 0; i < 90; i++) {
            head.append((char) ('a' + i % 26)).append(i).append(":\r\n");
        }
        return head.toString();
    }
}
