package org.chromaproxy.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.chromaproxy.support.SplitAtEachByte;
import org.junit.jupiter.api.Test;

/** Damaged bodies: how the network cuts one up must not decide whether it is understood. */
class SplitFuzzTest {
    private static final String BODY =
            "{\"ids\":[\"a\",\"\\u00e9\"], \"where\":{\"k\":[1,-2.5e3,true,null,{}]}, \"limit\":10 }";
    private static final String ALPHABET = "{}[]\",: \n\\01e-.atrufnls\u00e9";
    private static final int ROUNDS = 3_000;

    @Test
    void damagedDeletesAreJudgedAlikeHoweverTheyAreCut() {
        long seed = 20_260_801;
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] body = damage(random);
            DeleteBody whole = DeleteScan.of(body);
            String context = "seed " + seed + " round " + round + ": " + new String(body, StandardCharsets.UTF_8);
            if (!json(body)) {
                assertFalse(whole.understood(), context);
            }
            SplitAtEachByte.forEach(body, pieces -> {
                DeleteScan scan = new DeleteScan();
                pieces.forEach(piece -> scan.feed(piece, 0, piece.length));
                DeleteBody split = scan.finish();
                assertEquals(whole.understood(), split.understood(), context);
                if (whole.understood()) {
                    assertEquals(whole, split, context);
                }
            });
        }
    }

    private static byte[] damage(Random random) {
        StringBuilder body = new StringBuilder(BODY);
        for (int hits = 1 + random.nextInt(2); hits > 0; hits--) {
            int at = random.nextInt(body.length());
            char c = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
            switch (random.nextInt(3)) {
                case 0 -> body.setCharAt(at, c);
                case 1 -> body.insert(at, c);
                default -> body.deleteCharAt(at);
            }
        }
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Whether the body begins with one whole JSON value, according to Jackson's blocking parser. */
    private static boolean json(byte[] body) {
        try (JsonParser parser = ClientJson.once().createParser(body)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_OBJECT) {
                parser.skipChildren();
            }
            return first != null && (first != JsonToken.START_OBJECT || parser.currentToken() == JsonToken.END_OBJECT);
        } catch (IOException e) {
            return false;
        }
    }
}
