package org.chromaproxy.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class UuidSwapTest {
    private static final UUID A = UUID.fromString("679f0bf9-21c5-4ea9-830c-93986d541f37");
    private static final UUID B = UUID.fromString("0198a3c4-0000-7000-8000-000000000001");

    private static String swapAll(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int swapped = UuidSwap.swapAll(bytes, id -> id.equals(A) ? Optional.of(B) : Optional.empty());
        assertEquals(text.contains(A.toString()) && swapped == 0, false, "nothing was swapped in " + text);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void anIdIsOverwrittenInPlace() {
        byte[] body = ("{\"id\":\"" + A + "\",\"n\":1}").getBytes(StandardCharsets.UTF_8);
        UuidSwap.swapAt(body, 7, B);
        assertEquals("{\"id\":\"" + B + "\",\"n\":1}", new String(body, StandardCharsets.UTF_8));
    }

    @Test
    void anIdInABufferIsOverwrittenWithoutMovingIt() {
        ByteBuf body = Unpooled.copiedBuffer("x{\"id\":\"" + A + "\"}", StandardCharsets.UTF_8);
        body.skipBytes(1);
        UuidSwap.swapAt(body, 8, B);
        assertEquals("{\"id\":\"" + B + "\"}", body.toString(StandardCharsets.UTF_8));
        body.release();
    }

    @Test
    void aBodyTooShortForAnIdIsNotWritten() {
        assertThrows(IndexOutOfBoundsException.class, () -> UuidSwap.swapAt(new byte[40], 5, B));
    }

    @Test
    void everyKnownIdInAnErrorTextIsSwapped() {
        assertEquals("Collection [" + B + "] does not exist.", swapAll("Collection [" + A + "] does not exist."));
        assertEquals(B + "\u00e4" + B, swapAll(A + "\u00e4" + A));
        assertEquals(B.toString(), swapAll(A.toString()));
        assertEquals("[" + B + "]", swapAll("[" + A.toString().toUpperCase(Locale.ROOT) + "]"));
    }

    @Test
    void otherIdsAndLongerWordsStay() {
        for (String text : new String[] {
            "",
            "-",
            "no id",
            "------------------------------------",
            B.toString(),
            A.toString().substring(1),
            A.toString().replace("-", ""),
            "12345678-1234-1234-1234-12345678901g"
        }) {
            assertEquals(text, swapAll(text));
        }
        byte[] longer = ("0" + A + "-").getBytes(StandardCharsets.US_ASCII);
        assertEquals(0, UuidSwap.swapAll(longer, _ -> Optional.of(B)));
    }

    @Test
    void theSegmentIsReplacedAndTheRestOfTheUriUntouched() {
        String uri = "/api/v2/tenants/t%20t/databases/d/collections/my%20name/get?x=my%20name&y=%2F";
        Segment segment = Routes.classify(HttpMethod.POST, uri).collection();
        assertEquals(
                "/api/v2/tenants/t%20t/databases/d/collections/" + B + "/get?x=my%20name&y=%2F",
                UuidSwap.swapSegment(uri, segment, B));
    }
}
