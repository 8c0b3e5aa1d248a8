package org.chromaproxy.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** What is said of handshakes that fail, and how often. */
class HandshakeFailureTest {
    /** The message that Netty makes of "GET / ... Authorization: ..." sent to a TLS port holds all of it. */
    @Test
    void whatIsNotTlsIsNotRepeated() {
        String dump = "474554202f20417574686f72697a6174696f6e3a";
        for (Throwable cause : List.of(
                new DecoderException(new NotSslRecordException("not an SSL/TLS record: " + dump)),
                new SSLException("WRONG_VERSION_NUMBER " + dump),
                new SSLException("HTTP_REQUEST " + dump))) {
            HandshakeFailure failure = HandshakeFailure.of(cause);
            assertEquals(HandshakeFailure.NOT_TLS, failure);
            for (String words : List.of(failure.ofClient(cause), failure.ofInstance(cause))) {
                assertTrue(words.contains("does not speak TLS"), words);
                assertFalse(words.contains(dump.substring(0, 6)), words);
            }
        }
    }

    @Test
    void howManyWereNotToldIsToldOnce() {
        long pause = TimeUnit.SECONDS.toNanos(10);
        Handshakes.Told told = new Handshakes.Told(0, 0, true).next(1).next(2);
        assertEquals(new Handshakes.Told(0, 2, false), told);
        told = told.next(pause);
        assertEquals(new Handshakes.Told(pause, 2, true), told);
        told = told.next(pause + 1).next(2 * pause);
        assertEquals(new Handshakes.Told(2 * pause, 1, true), told);
        assertEquals(new Handshakes.Told(3 * pause, 0, true), told.next(3 * pause));
    }
}
