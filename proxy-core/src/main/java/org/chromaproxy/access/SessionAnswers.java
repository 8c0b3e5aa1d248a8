package org.chromaproxy.access;

import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Locale;
import java.util.Optional;
import org.chromaproxy.http.ErrorResponses;
import org.chromaproxy.http.Json;
import org.chromaproxy.http.SessionCookie;

/** Signing in on the operators' page, asking who has, and signing out. Any thread. */
final class SessionAnswers {
    private static final String SECURE_PAGE = "https://";

    private SessionAnswers() {}

    /**
     * Answers a request whose token is known.
     *
     * @param tls whether it came by TLS; a page of an {@code https} address has it end in front of the proxy
     * @param everywhere whether every request needs a token here, so that the session is needed to look, too
     */
    static FullHttpResponse of(HttpRequest request, boolean tls, Token token, Sessions sessions, boolean everywhere) {
        HttpMethod method = request.method();
        String origin = request.headers().get(HttpHeaderNames.ORIGIN, "").toLowerCase(Locale.ROOT);
        boolean secure = tls || origin.startsWith(SECURE_PAGE);
        FullHttpResponse answer;
        if (method.equals(HttpMethod.POST)) {
            Sessions.Secrets secrets = sessions.begin(token, SessionCookie.of(request.headers()));
            answer = ErrorResponses.json(200, body(token.principal(), secrets.proof(), everywhere));
            answer.headers().set(HttpHeaderNames.SET_COOKIE, SessionCookie.set(secrets.cookie(), secure));
        } else if (method.equals(HttpMethod.DELETE)) {
            SessionCookie.of(request.headers()).ifPresent(sessions::end);
            answer = ErrorResponses.json(200, nobody(everywhere));
            answer.headers().set(HttpHeaderNames.SET_COOKIE, SessionCookie.forget());
        } else {
            answer = ErrorResponses.methodNotAllowed("GET, HEAD, POST, DELETE");
        }
        return unstored(answer);
    }

    /** Answers who has signed in, if anybody has. */
    static FullHttpResponse who(Optional<Token> token, boolean everywhere) {
        return unstored(ErrorResponses.json(
                200, token.map(found -> body(found.principal(), "", everywhere)).orElseGet(() -> nobody(everywhere))));
    }

    private static FullHttpResponse unstored(FullHttpResponse answer) {
        answer.headers().set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        return answer;
    }

    private static String nobody(boolean everywhere) {
        return "{\"signed_in\":false,\"tokens\":" + everywhere + "}";
    }

    private static String body(Principal principal, String proof, boolean everywhere) {
        String shown = proof.isEmpty() ? "" : ",\"proof\":\"" + proof + "\"";
        return "{\"signed_in\":true,\"name\":\"" + Json.quoted(principal.name()) + "\",\"role\":\""
                + principal.role().text() + "\",\"acts\":" + principal.acts() + ",\"tokens\":" + everywhere + shown
                + "}";
    }
}
