package org.chromaproxy.completion;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import org.chromaproxy.http.ProxyError;

/**
 * What is noted of one exchange on its way. Confined to its event loop, but for {@link #asked}, {@link #mark(Mark)} and
 * {@link #mark(Mark, long)}, which any thread may call.
 */
public sealed interface Trail permits NoTrail, Noted {
    /** Where nobody wants to know: every call does nothing. */
    Trail NONE = new NoTrail();

    /** Who asks: the name of the token. */
    void principal(String name);

    /** So many bytes of the request's body have come. */
    void received(int bytes);

    /** So many bytes of the answer's body have gone to the client; negative: they have not, after all. */
    void sent(long bytes);

    /** The answer begins. */
    void answer(HttpResponse response, int status);

    /** The same without a response at hand. */
    void answer(int status);

    /** The proxy refuses it, by an answer from elsewhere. */
    void refused(ProxyError error);

    /** The request goes to that instance now. */
    void asked(String instance);

    /** This point is passed now; what was passed before stays as it was. */
    void mark(Mark mark);

    /** That point was passed at this time of {@link System#nanoTime}. */
    void mark(Mark mark, long nanos);

    /** What an instance is told as {@code traceparent}; empty: what the client sent. */
    String traceparent();

    /** Writes that into the headers for an instance. */
    void stamp(HttpHeaders headers);
}
