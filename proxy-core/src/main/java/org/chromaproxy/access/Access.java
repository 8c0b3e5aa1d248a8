package org.chromaproxy.access;

import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.access.client.ClientLimits;
import org.chromaproxy.access.client.CrossOrigin;
import org.chromaproxy.access.client.RateTable;
import org.chromaproxy.config.AccessSettings;
import org.chromaproxy.config.ClientSettings;
import org.chromaproxy.http.ErrorResponses;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.route.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may do what. A valid token is let in however many wrong ones came from its address, which many clients may share
 * behind one forwarding server: what a wrong one costs is bounded, and 256 random bits are not found by trying.
 * Thread-safe; never blocks but in {@link #reload}.
 */
public final class Access {
    private static final Logger LOG = LoggerFactory.getLogger(Access.class);
    private static final int FAILURES = 10;
    private static final double FAILURES_PER_SECOND = 0.5;
    private static final int ADDRESSES = 4_096;
    private static final String REALM = "realm=\"chroma-proxy\"";
    /** Where nothing was asked of the client. */
    public static final Decision ANYONE = new Decision(Principal.ANYONE, Optional.empty(), "");

    private final Optional<Path> file;
    private final ClientLimits limits;
    private final RateTable failures = new RateTable(FAILURES, FAILURES_PER_SECOND, ADDRESSES, System::nanoTime);
    private volatile ClientSettings settings;
    private volatile CrossOrigin origins;
    private volatile Tokens tokens;

    private Access(AccessSettings settings) {
        this.file = settings.tokensFile();
        this.settings = settings.clients();
        this.limits = new ClientLimits(settings.clients());
        this.origins = origins(settings.clients());
        this.tokens = new Tokens(file.map(TokensFile::read).orElse(List.of()));
    }

    private static CrossOrigin origins(ClientSettings settings) {
        Set<String> allowed = new HashSet<>();
        settings.origins().forEach(origin -> allowed.add(origin.toLowerCase(Locale.ROOT)));
        return new CrossOrigin(allowed);
    }

    /**
     * What the settings say.
     *
     * @throws AccessException when the tokens file cannot be used
     */
    public static Access of(AccessSettings settings) {
        return new Access(settings);
    }

    /**
     * What was decided of a request.
     *
     * @param refusal the answer, if it may not do what it asks, or is answered already; to be sent or released
     * @param origin whose page may read the answer in a browser; empty: nobody's
     */
    public record Decision(Principal principal, Optional<FullHttpResponse> refusal, String origin) {}

    /** What is asked of every client, as it holds now. */
    public ClientSettings settings() {
        return settings;
    }

    /** How much each client may send. */
    public ClientLimits limits() {
        return limits;
    }

    /** Whether tokens are needed at all; never changes. */
    public boolean enabled() {
        return file.isPresent();
    }

    /** Those that are valid now. */
    public Tokens tokens() {
        return tokens;
    }

    /**
     * Reads the tokens file again; what was revoked is refused from the next request on. Blocks.
     *
     * @return how many tokens there are now
     * @throws AccessException when it cannot be used: those that were valid remain so
     */
    public int reload() {
        Tokens read = read();
        use(read);
        return read.size();
    }

    /**
     * The tokens as the file has them now, to be {@linkplain #use(Tokens) used}; those that are valid where there is no
     * file. Blocks.
     *
     * @throws AccessException when it cannot be used
     */
    public Tokens read() {
        return file.map(known -> new Tokens(TokensFile.read(known))).orElse(tokens);
    }

    /** From now on these are valid, and no others. */
    public void use(Tokens now) {
        if (now != tokens) {
            tokens = now;
            LOG.info("tokens read again: {} of them", now.size());
        }
    }

    /** From the next request on this is asked of every client; a connection that is open stays so. */
    public void use(ClientSettings now) {
        settings = now;
        limits.change(now);
        origins = origins(now);
    }

    /** @param address the client's, as its socket has it */
    public Decision decide(HttpRequest request, Route route, String address) {
        CrossOrigin now = origins;
        String origin = now.of(request);
        if (!origin.isEmpty() && now.preflight(request)) {
            return new Decision(Principal.ANYONE, Optional.of(CrossOrigin.preflightAnswer(request)), origin);
        }
        Decision decision = limits.request(address)
                ? permitted(request, route, address)
                : refused(Principal.ANYONE, ErrorResponses.of(ProxyError.RATE_LIMITED));
        return origin.isEmpty() ? decision : new Decision(decision.principal(), decision.refusal(), origin);
    }

    private Decision permitted(HttpRequest request, Route route, String address) {
        if (!enabled()) {
            return ANYONE;
        }
        Need need = Need.of(route, request.method(), request.uri());
        if (need.open()) {
            return ANYONE;
        }
        Tokens now = tokens;
        Optional<Credentials.Presented> presented = Credentials.of(request.headers());
        Optional<Principal> found = presented.flatMap(shown -> now.find(shown.value(), shown.bare()));
        if (found.isEmpty()) {
            return refused(Principal.ANYONE, unknown(request, presented.isPresent(), address));
        }
        Principal principal = found.get();
        if (Credentials.addedByBrowsers(request.headers()) && changes(request) && origins.foreign(request)) {
            return refused(
                    principal,
                    ErrorResponses.of(
                            ProxyError.FORBIDDEN,
                            "A page of another site may not use the password that a browser keeps. Nothing was"
                                    + " executed; send the token as Authorization: Bearer from a page that CORS_ORIGINS"
                                    + " names."));
        }
        return need.metBy(principal, route)
                ? new Decision(principal, Optional.empty(), "")
                : refused(principal, forbidden(principal, need, route, address));
    }

    private static Decision refused(Principal principal, FullHttpResponse answer) {
        return new Decision(principal, Optional.of(answer), "");
    }

    private static boolean changes(HttpRequest request) {
        return !request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD);
    }

    private FullHttpResponse unknown(HttpRequest request, boolean presented, String address) {
        if (!failures.take(address)) {
            return ErrorResponses.of(ProxyError.TOO_MANY_FAILURES);
        }
        String why = presented
                ? "The token is not one of the proxy's"
                : Credentials.several(request.headers())
                        ? "There are several tokens, and they differ"
                        : "There is no token";
        LOG.warn("refused a client at {}: {}", address, why);
        FullHttpResponse answer = ErrorResponses.of(
                ProxyError.UNAUTHENTICATED,
                why + ". Nothing was executed; send one as Authorization: Bearer, as the password of Basic, or as"
                        + " X-Chroma-Token. An operator makes one with: chroma-proxy token new");
        answer.headers()
                .add(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer " + REALM)
                .add(HttpHeaderNames.WWW_AUTHENTICATE, "Basic " + REALM + ", charset=\"UTF-8\"");
        return answer;
    }

    private FullHttpResponse forbidden(Principal principal, Need need, Route route, String address) {
        String why = principal.role().covers(need.role())
                ? need.where() == Need.Where.TENANT
                        ? "is not for the tenant " + route.scope().tenant()
                        : "is for some tenants only, and this may be about all of them"
                : "has the role " + principal.role().text() + ", and this needs "
                        + need.role().text();
        if (failures.take(address)) {
            LOG.warn("refused token {} at {}: {} for {}", principal.name(), address, "not permitted", route.kind());
        }
        return ErrorResponses.of(
                ProxyError.FORBIDDEN,
                "The token " + principal.name() + " " + why
                        + ". Nothing was executed; ask an operator for a token that permits it.");
    }
}
