package org.chromaproxy.admin.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import org.chromaproxy.access.Access;
import org.chromaproxy.config.AccessSettings;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.audit.Exposure;

/** What this proxy is open to, as operators see it in {@code /status}. */
final class SecurityFigures {
    private SecurityFigures() {}

    static ObjectNode of(Config config, Access access) {
        Exposure exposure = Exposure.of(config);
        Config.Listen listen = config.listen();
        AccessSettings settings = listen.access();
        ObjectNode body = Answers.object()
                .put("tokens", exposure.tokens())
                .put("local_token", access.hasLocalToken())
                .put("address", listen.host())
                .put("loopback_only", exposure.loopback())
                .put("tls", exposure.tls())
                .put("client_certificates", listen.tls().clientAuth().name().toLowerCase(Locale.ROOT))
                .put("servers_verified", listen.tls().upstream().verify().name().toLowerCase(Locale.ROOT));
        list(body, "plain_servers", exposure.plainServers());
        list(body, "allowed_hosts", settings.allowedHosts());
        list(body, "cors_origins", settings.clients().origins());
        list(body, "open", exposure.sentences());
        return body;
    }

    private static void list(ObjectNode body, String name, Iterable<String> texts) {
        ArrayNode list = body.putArray(name);
        texts.forEach(list::add);
    }
}
