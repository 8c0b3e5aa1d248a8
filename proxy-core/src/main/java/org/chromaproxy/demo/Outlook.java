package org.chromaproxy.demo;

import java.nio.file.Path;
import java.util.Map;

/** The closing lines: where to look next, and how to stop. */
final class Outlook {
    private Outlook() {}

    static void print(Terminal terminal, String proxy, Map<String, String> instances, Path folder) {
        terminal.title("Everything is up. Point any Chroma client at the proxy, or look around:");
        terminal.fact("proxy", proxy + "   (speaks Chroma's own API; write only here)");
        instances.forEach((name, url) -> terminal.fact(name, url + "   (a Chroma server; read it to compare)"));
        terminal.fact("health", "curl -s " + proxy + "/health");
        terminal.fact("status", "curl -s " + proxy + "/status");
        terminal.fact("mappings", "curl -s " + proxy + "/collection/mappings");
        terminal.fact(
                "acting",
                "curl -s -X POST -H \"X-Chroma-Token: $(cat " + folder.resolve("local-token") + ")\" " + proxy
                        + "/admin/complete_mappings");
        terminal.fact("proxy's log", folder.resolve("proxy.log").toString());
        terminal.fact("data", folder + "   (kept; delete it to begin anew)");
        terminal.fact("more", "README.md: \"Use\"; docs/README.md for every page; ARCHITECTURE.md for how it works");
    }

    static void howToStop(Terminal terminal) {
        terminal.say("");
        terminal.say("Ctrl-C stops everything this command started.");
    }
}
