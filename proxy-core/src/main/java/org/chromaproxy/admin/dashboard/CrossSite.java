package org.chromaproxy.admin.dashboard;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpUtil;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import org.chromaproxy.admin.page.Answers;
import org.chromaproxy.exchange.OwnEndpoints.Request;
import org.chromaproxy.http.ProxyError;

/**
 * Refuses to act for a page of another site that an operator's browser shows. Browsers say where a request comes from in
 * {@code Sec-Fetch-Site} (W3C "Fetch Metadata Request Headers") and {@code Origin} (RFC 6454); programs say neither. A
 * name that an attacker has resolve to this machine is told by {@code Host}.
 */
public final class CrossSite {
    private static final Set<String> OWN = Set.of("same-origin", "none");
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

    private CrossSite() {}

    /** Throws a refusal before anything is done. */
    public static void refuse(Request request) {
        HttpHeaders headers = request.headers();
        String site = headers.get("Sec-Fetch-Site", "");
        String origin = headers.get(HttpHeaderNames.ORIGIN, "");
        boolean browser = !site.isEmpty() || !origin.isEmpty();
        String host = headers.get(HttpHeaderNames.HOST, "");
        if (!site.isEmpty() && !OWN.contains(site)) {
            throw foreign();
        }
        if (!origin.isEmpty() && !authority(origin).equalsIgnoreCase(host)) {
            throw foreign();
        }
        // That it comes from this machine says nothing of the page that a browser here shows; its name does.
        if (browser && request.local() && !namesThisMachine(host)) {
            throw Answers.refuse(
                    ProxyError.FORBIDDEN,
                    "From a browser on this machine, open the page as http://localhost with the proxy's port. Nothing was done.");
        }
        demandJson(request);
    }

    private static Answers.Refusal foreign() {
        return Answers.refuse(ProxyError.FORBIDDEN, "The request comes from a page of another site. Nothing was done.");
    }

    private static void demandJson(Request request) {
        CharSequence type = HttpUtil.getMimeType(request.headers().get(HttpHeaderNames.CONTENT_TYPE, ""));
        boolean json = type != null && HttpHeaderValues.APPLICATION_JSON.contentEqualsIgnoreCase(type);
        boolean none = type == null && request.body().length == 0;
        if (!json && !none) {
            throw Answers.refuse(
                    415,
                    "InvalidArgumentError",
                    "The body must be sent as Content-Type: application/json. Nothing was done.");
        }
    }

    /** Host and port as {@code Host} has them; empty for an origin that is none. */
    private static String authority(String origin) {
        try {
            String authority = new URI(origin).getRawAuthority();
            return authority == null ? "" : authority;
        } catch (URISyntaxException e) {
            return "";
        }
    }

    private static boolean namesThisMachine(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        int colon = lower.lastIndexOf(':');
        boolean port = colon > lower.lastIndexOf(']');
        return THIS_MACHINE.contains(port ? lower.substring(0, colon) : lower);
    }
}
