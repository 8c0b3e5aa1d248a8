package org.chromaproxy.access;

import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.access.client.ClientLimits;
import org.chromaproxy.access.client.ClientSocket;
import org.chromaproxy.access.client.CrossOrigin;
import org.chromaproxy.access.client.HostNames;
import org.chromaproxy.access.client.RateTable;
import org.chromaproxy.config.AccessSettings;
import org.chromaproxy.config.ClientSettings;
import org.chromaproxy.http.ErrorResponses;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.http.SessionCookie;
import org.chromaproxy.route.Route;
import org.chromaproxy.route.RouteKind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may do what. A valid token is let in however many wrong ones came from its address, which many clients may share
 * behind one forwarding server: what a wrong one costs is bounded, and 256 random bits are not found by trying.
 * Thread-safe; never blocks but in {@link #reload} and {@link #read}.
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
    private final Optional<Path> localFile;
    private final SecureRandom random = new SecureRandom();
    private final Sessions sessions = new Sessions(random, System::nanoTime);
    private final ClientLimits limits;
    private final RateTable failures = new RateTable(FAILURES, FAILURES_PER_SECOND, ADDRESSES, System::nanoTime);
    /** Lines of the log for all addresses together that are not remembered. */
    private final RateTable unremembered = new RateTable(FAILURES, FAILURES_PER_SECOND, 1, System::nanoTime);

    private volatile ClientSettings settings;
    private volatile CrossOrigin origins;
    private volatile HostNames hosts;
    private volatile Tokens tokens;

    private Access(AccessSettings settings, Optional<Path> localFile) {
        this.file = settings.tokensFile();
        this.localFile = file.isPresent() ? Optional.empty() : localFile;
        this.settings = settings.clients();
        this.limits = new ClientLimits(settings.clients());
        this.origins = origins(settings.clients());
        this.hosts = new HostNames(settings.allowedHosts());
        this.tokens = new Tokens(file.map(TokensFile::read).orElseGet(this::local));
    }

    private static CrossOrigin origins(ClientSettings settings) {
        Set<String> allowed = new HashSet<>();
        settings.origins().forEach(origin -> allowed.add(origin.toLowerCase(Locale.ROOT)));
        return new CrossOrigin(allowed);
    }

    /**
     * What the settings say, without a local token.
     *
     * @throws AccessException when the tokens file cannot be used
     */
    public static Access of(AccessSettings settings) {
        return new Access(settings, Optional.empty());
    }

    /**
     * The same with the local token in that file, which is made if it is not there; where there is a tokens file that one is
     * the whole list, and no local token is valid. Blocks.
     */
    public static Access of(AccessSettings settings, Path localFile) {
        return new Access(settings, Optional.of(localFile));
    }

    /** None where it cannot be used: then nobody acts, and the rest goes on. */
    private List<Token> local() {
        if (localFile.isEmpty()) {
            return List.of();
        }
        Path path = localFile.get().toAbsolutePath();
        try {
            Token token = LocalToken.open(path, random);
            LOG.info(
                    "no TOKENS_FILE: endpoints that act need the local token in {}, which \"chroma-proxy token local\""
                            + " shows",
                    path);
            return List.of(token);
        } catch (IOException e) {
            LOG.error(
                    "the local token in {} cannot be used: {}. Endpoints that act refuse everybody; let LOCAL_TOKEN_FILE name"
                            + " a file that the proxy may make, or TOKENS_FILE a file of tokens",
                    path,
                    e.getMessage());
            return List.of();
        }
    }

    /**
     * What was decided of a request.
     *
     * @param refusal the answer, if it may not do what it asks, or is answered already; to be sent or released
     * @param origin whose page may read the answer in a browser; empty: nobody's
     * @param informed whether it may be told what concerns any tenant, and what servers say: with open endpoints that is
     *     another question than whether it is answered
     */
    public record Decision(Principal principal, Optional<FullHttpResponse> refusal, String origin, boolean informed) {
        /** Told what the principal may ask for. */
        private Decision(Principal principal, Optional<FullHttpResponse> refusal, String origin) {
            this(principal, refusal, origin, principal.everywhere());
        }

        private Decision from(String page) {
            return new Decision(principal, refusal, page, informed);
        }
    }

    /** What is asked of every client, as it holds now. */
    public ClientSettings settings() {
        return settings;
    }

    /** How much each client may send. */
    public ClientLimits limits() {
        return limits;
    }

    /** Whether every request needs a token; never changes. */
    boolean enabled() {
        return file.isPresent();
    }

    /** Whether this machine's operators have a token to act with. */
    public boolean hasLocalToken() {
        return localFile.isPresent() && tokens.size() > 0;
    }

    /** Those that are valid now: the file's, or the local one. */
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
     * The tokens as the file has them now, or the local one, to be {@linkplain #use(Tokens) used}. Blocks.
     *
     * @throws AccessException when the tokens file cannot be used
     */
    public Tokens read() {
        return new Tokens(file.map(TokensFile::read).orElseGet(this::local));
    }

    /** From now on these are valid, and no others. */
    public void use(Tokens now) {
        if (now != tokens) {
            tokens = now;
            if (enabled()) {
                LOG.info("tokens read again: {} of them", now.size());
            }
        }
    }

    /** From the next request on this is asked of every client; a connection that is open stays so. */
    public void use(ClientSettings now) {
        settings = now;
        limits.change(now);
        origins = origins(now);
    }

    /** From the next request on the proxy goes by these names. */
    public void useHosts(List<String> allowed) {
        hosts = new HostNames(allowed);
    }

    /** What a request may do, by its head alone: nothing of its body is needed. */
    public Decision decide(HttpRequest request, Route route, ClientSocket socket) {
        CrossOrigin now = origins;
        String origin = now.of(request);
        if (!origin.isEmpty() && now.preflight(request)) {
            return new Decision(Principal.ANYONE, Optional.of(CrossOrigin.preflightAnswer(request)), origin);
        }
        Decision decision = limits.request(socket.address())
                ? permitted(request, route, socket, now)
                : refused(Principal.ANYONE, ErrorResponses.of(ProxyError.RATE_LIMITED));
        return origin.isEmpty() ? decision : decision.from(origin);
    }

    private Decision permitted(HttpRequest request, Route route, ClientSocket socket, CrossOrigin from) {
        boolean acts = Need.acts(route, request.method());
        if (changes(request) && from.foreign(request, socket.tls(), acts)) {
            return refused(Principal.ANYONE, ErrorResponses.of(ProxyError.CROSS_SITE));
        }
        Need need = Need.of(route, request.method(), request.uri());
        boolean session = route.kind() == RouteKind.OWN && Need.session(Need.path(request.uri()));
        if (session && !acts) {
            return refused(Principal.ANYONE, SessionAnswers.who(token(request.headers(), route), enabled()));
        }
        if (need.open()) {
            return enabled() ? open(request, route) : ANYONE;
        }
        if (!enabled() && !acts) {
            return known(request, socket, from);
        }
        Optional<FullHttpResponse> distant = enabled() ? Optional.empty() : distant(request, socket);
        if (distant.isPresent()) {
            return refused(Principal.ANYONE, distant.get());
        }
        Optional<Token> found = token(request.headers(), route);
        if (found.isEmpty()) {
            return refused(Principal.ANYONE, unknown(request, socket.address()));
        }
        Principal principal = found.get().principal();
        if (session) {
            return refused(principal, SessionAnswers.of(request, socket.tls(), found.get(), sessions, enabled()));
        }
        return need.metBy(principal, route)
                ? new Decision(principal, Optional.empty(), "")
                : refused(principal, forbidden(principal, need, route, socket.address()));
    }

    /** Answered whatever is shown, and at nobody's charge; all is told to one who may read everything. */
    private Decision open(HttpRequest request, Route route) {
        boolean informed = token(request.headers(), route)
                .map(found -> found.principal().everywhere())
                .orElse(false);
        return new Decision(Principal.ANYONE, Optional.empty(), "", informed);
    }

    /** Without tokens a page that has itself taken for the proxy's own, by its name, could read everything. */
    private Decision known(HttpRequest request, ClientSocket socket, CrossOrigin from) {
        HttpHeaders headers = request.headers();
        boolean page = CrossOrigin.fromBrowser(headers) && from.of(request).isEmpty();
        return page && !hosts.ownOrAddress(headers.get(HttpHeaderNames.HOST, ""), socket)
                ? refused(Principal.ANYONE, ErrorResponses.of(ProxyError.HOST_NOT_ALLOWED))
                : ANYONE;
    }

    /** Why the local token is of no use for this request, whatever it is: it is for this machine. Empty if it is. */
    private Optional<FullHttpResponse> distant(HttpRequest request, ClientSocket socket) {
        Optional<String> hop = ForwardingHeader.of(request.headers());
        if (hop.isPresent()) {
            return Optional.of(ErrorResponses.of(
                    ProxyError.FORBIDDEN,
                    "Without TOKENS_FILE endpoints that act answer to this machine only, and the header " + hop.get()
                            + " says that something forwards the request. Nothing was executed; ask the proxy itself, or give"
                            + " it a tokens file and send a token with the role admin."));
        }
        if (!socket.sameMachine()) {
            return Optional.of(ErrorResponses.of(
                    ProxyError.FORBIDDEN,
                    "Without TOKENS_FILE endpoints that act answer to this machine only. Nothing was executed; call on the"
                            + " proxy's machine, or give it a tokens file and send a token with the role admin."));
        }
        return hosts.own(request.headers().get(HttpHeaderNames.HOST, ""), socket)
                ? Optional.empty()
                : Optional.of(ErrorResponses.of(ProxyError.HOST_NOT_ALLOWED));
    }

    /** By what the client shows: a token, or else a session of the page, which is good for the proxy's own endpoints only. */
    private Optional<Token> token(HttpHeaders headers, Route route) {
        Tokens now = tokens;
        if (Credentials.any(headers) || route.kind() != RouteKind.OWN) {
            return Credentials.of(headers).flatMap(shown -> now.token(shown.value(), shown.bare()));
        }
        String proof = headers.get(SessionCookie.PROOF, "");
        return SessionCookie.of(headers).flatMap(cookie -> sessions.find(cookie, proof, now));
    }

    private static Decision refused(Principal principal, FullHttpResponse answer) {
        return new Decision(principal, Optional.of(answer), "");
    }

    private static boolean changes(HttpRequest request) {
        HttpMethod method = request.method();
        return !method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD) && !method.equals(HttpMethod.OPTIONS);
    }

    private FullHttpResponse unknown(HttpRequest request, String address) {
        HttpHeaders headers = request.headers();
        boolean told = !failures.displaces(address) || unremembered.take("");
        if (!failures.take(address)) {
            return ErrorResponses.of(ProxyError.TOO_MANY_FAILURES);
        }
        String why = Credentials.of(headers).isPresent()
                ? "The token is not one of the proxy's"
                : Credentials.several(headers)
                        ? "There are several tokens, and they differ"
                        : SessionCookie.of(headers).isPresent() ? "The session is over" : "There is no token";
        if (told) {
            LOG.warn("refused a client at {}: {}", address, why);
        }
        FullHttpResponse answer = ErrorResponses.of(
                ProxyError.UNAUTHENTICATED,
                why + ". Nothing was executed; send one as Authorization: Bearer, as the password of Basic, or as"
                        + " X-Chroma-Token. " + howToGetOne());
        answer.headers().add(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer " + REALM);
        if (!headers.contains(SessionCookie.PROOF)) {
            // A browser would ask for a password in a window of its own, and keep it: the page asks by itself.
            answer.headers().add(HttpHeaderNames.WWW_AUTHENTICATE, "Basic " + REALM + ", charset=\"UTF-8\"");
        }
        return answer;
    }

    private String howToGetOne() {
        return enabled()
                ? "An operator makes one with: chroma-proxy token new"
                : hasLocalToken()
                        ? "On the proxy's machine its user is shown one by: chroma-proxy token local"
                        : "The proxy has no local token: its log says why";
    }

    private FullHttpResponse forbidden(Principal principal, Need need, Route route, String address) {
        String why = principal.role().covers(need.role())
                ? need.where() == Need.Where.TENANT
                        ? "is not for the tenant " + route.scope().tenant()
                        : "is for some tenants only, and this may be about all of them"
                : "has the role " + principal.role().text() + ", and this needs "
                        + need.role().text();
        boolean told = !failures.displaces(address) || unremembered.take("");
        if (failures.take(address) && told) {
            LOG.warn("refused token {} at {}: {} for {}", principal.name(), address, "not permitted", route.kind());
        }
        return ErrorResponses.of(
                ProxyError.FORBIDDEN,
                "The token " + principal.name() + " " + why
                        + ". Nothing was executed; ask an operator for a token that permits it.");
    }
}
