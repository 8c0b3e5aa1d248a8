package org.chromaproxy.exchange;

import io.netty.handler.codec.http.HttpRequest;
import org.chromaproxy.access.Access;
import org.chromaproxy.admit.PrincipalUse;
import org.chromaproxy.completion.Ending;
import org.chromaproxy.http.ForwardedHeaders;

/** The connection an exchange runs on, as the exchange sees it. Confined to the connection's event loop. */
public interface ClientConnection {
    /** Who is at the other end. */
    ForwardedHeaders.Client client();

    /** Who sent the request under way, and what that means for the answer. */
    Access.Decision decision();

    /** What the principal that sent it uses. */
    PrincipalUse use();

    /** Whether the connection stays open after the answer to this request. */
    boolean keepAlive(HttpRequest request);

    /** Takes the next piece of this exchange's request, if it has one more: never a part of the next request. */
    void more(Exchange asking);

    /** The answer to this exchange is on its way out, or was cut off. */
    void finished(Exchange done, Ending how);
}
