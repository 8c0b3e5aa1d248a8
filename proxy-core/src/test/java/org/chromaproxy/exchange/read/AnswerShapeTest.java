package org.chromaproxy.exchange.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.chromaproxy.route.RouteKind;
import org.junit.jupiter.api.Test;

class AnswerShapeTest {
    private static ByteBuf body(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    @Test
    void theOperationDecidesWhatRecordsAreAnsweredAs() {
        assertEquals(AnswerShape.RECORDS, AnswerShape.of(RouteKind.READ_COLLECTION_RECORDS, "query"));
        assertEquals(AnswerShape.NUMBER, AnswerShape.of(RouteKind.READ_COLLECTION_RECORDS, "count"));
        assertEquals(AnswerShape.JSON, AnswerShape.of(RouteKind.READ_COLLECTION_RECORDS, "search"));
        assertEquals(AnswerShape.VERSION, AnswerShape.of(RouteKind.SERVER_READ, "version"));
    }

    @Test
    void theMemberIsFoundWhereverItStands() {
        assertTrue(AnswerShape.RECORDS.fits(body("{\"ids\":[]}")));
        assertTrue(AnswerShape.RECORDS.fits(body("{\"documents\":[\"ids\"],\"ids\":[],\"uris\":null}")));
        assertFalse(AnswerShape.RECORDS.fits(body("{\"documents\":[{\"ids\":[]}]}")));
        assertFalse(AnswerShape.COLLECTION.fits(body("{\"name\":\"n\",\"id\":")));
    }

    @Test
    void aPageOfSomethingOnTheWayAndAnErrorAreNoAnswers() {
        assertFalse(AnswerShape.JSON.begins(body("<html>")));
        assertFalse(AnswerShape.JSON.begins(body("")));
        assertFalse(AnswerShape.NAMED.begins(body("{\"error\":\"NotFoundError\"}")));
        assertFalse(AnswerShape.JSON.fits(body("{\"message\":\"\",\"error\":\"\"}")));
        assertFalse(AnswerShape.NUMBER.begins(body("{}")));
        assertTrue(AnswerShape.NUMBER.fits(body("17")));
    }
}
