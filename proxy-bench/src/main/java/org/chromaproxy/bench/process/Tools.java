package org.chromaproxy.bench.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The programs of others that the proxy is measured beside, where they are installed. */
public record Tools(Optional<Path> nginx, Optional<Path> haproxy, Optional<Path> wrk) {
    public static Tools find() {
        return new Tools(Shell.find("nginx"), Shell.find("haproxy"), Shell.find("wrk"));
    }

    /** Names of those that are not there. */
    public List<String> missing() {
        List<String> missing = new ArrayList<>();
        if (nginx.isEmpty()) {
            missing.add("nginx");
        }
        if (haproxy.isEmpty()) {
            missing.add("haproxy");
        }
        if (wrk.isEmpty()) {
            missing.add("wrk");
        }
        return missing;
    }
}
