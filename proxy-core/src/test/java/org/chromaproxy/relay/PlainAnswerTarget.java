package org.chromaproxy.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.chromaproxy.support.StrictHttp;
import org.chromaproxy.support.StrictHttp.Field;

/**
 * Fuzz target: the head of an instance's answer on the short way. What is taken for plain is, to a strict reader, one
 * answer of that status and length; what is passed on is the same without what concerns the connection; a beginning is
 * never taken for the whole. The first byte says where the beginning ends.
 */
public final class PlainAnswerTarget {
    private static final Set<String> OURS = Set.of("connection", "keep-alive");
    private static final int MAX_BODY = 1 << 20;

    private PlainAnswerTarget() {}

    /** For Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < 2) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        PlainResponse head = new PlainResponse();
        Verdict verdict = read(head, bytes, bytes.length);
        int cut = (input[0] & 0xff) * bytes.length / 256;
        PlainResponse beginning = new PlainResponse();
        Verdict early = read(beginning, bytes, cut);
        if (early == Verdict.PLAIN) {
            assertEquals(Verdict.PLAIN, verdict, "plain, until more came");
            assertEquals(head.length, beginning.length);
        }
        if (verdict == Verdict.PLAIN && head.status == 200 && head.content <= MAX_BODY) {
            assertTrue(early == Verdict.PLAIN || cut < head.length, "not plain until more came behind it");
            assertNotEquals(Verdict.OTHER, early, "given up too early");
            passedOnAlike(head, bytes);
        }
    }

    private static Verdict read(PlainResponse head, byte[] bytes, int length) {
        head.fill(Unpooled.wrappedBuffer(bytes, 0, length));
        return head.read();
    }

    private static void passedOnAlike(PlainResponse head, byte[] bytes) {
        byte[] answer = Arrays.copyOf(Arrays.copyOf(bytes, head.length), head.length + head.content);
        StrictHttp.Message strict = only(answer);
        assertEquals("200", strict.line().substring(9, 12));
        assertEquals(head.content, strict.body().length());
        boolean closes = strict.values("connection").stream().anyMatch(value -> value.equalsIgnoreCase("close"));
        assertTrue(head.closes || !closes, "it would be kept, though the instance closes it");

        ByteBuf kept = Unpooled.buffer();
        head.writeKept(kept);
        kept.writeByte('\r').writeByte('\n').writeZero(head.content);
        StrictHttp.Message passed = only(Arrays.copyOf(kept.array(), kept.readableBytes()));
        assertEquals(strict.line(), passed.line());
        List<Field> expected = strict.fields().stream()
                .filter(field -> !OURS.contains(field.name()))
                .toList();
        assertEquals(expected, passed.fields());
        assertFalse(passed.values("content-length").isEmpty());
    }

    private static StrictHttp.Message only(byte[] bytes) {
        List<StrictHttp.Message> answers = StrictHttp.answers(bytes, List.of("POST"));
        assertEquals(1, answers.size(), new String(bytes, StandardCharsets.ISO_8859_1));
        return answers.getFirst();
    }
}
