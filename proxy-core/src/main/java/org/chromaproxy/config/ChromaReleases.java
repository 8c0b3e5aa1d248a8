package org.chromaproxy.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which Chroma releases the servers run that demo, tests, benchmarks and drill start on this machine: the system property
 * {@code chroma.release}, else the environment's {@code CHROMA_RELEASE}. Its value is a release ({@code 1.5.9},
 * {@code 1.0.5}), or several separated by commas, one for each server in the order of their start and begun again after
 * the last, or {@code mixed}: an upgrade that has reached the replica, {@code 1.0.5,1.5.9}.
 *
 * @param servers one release for each server, by position; empty: nothing was chosen
 */
public record ChromaReleases(List<String> servers) {
    /** The system property, which Maven hands on to the tests. */
    static final String PROPERTY = "chroma.release";
    /** The variable for programs. */
    public static final String VARIABLE = "CHROMA_RELEASE";

    private static final String MIXED = "mixed";

    public ChromaReleases {
        servers = List.copyOf(servers);
    }

    /** What this process was started with. */
    public static ChromaReleases ofProcess() {
        String property = System.getProperty(PROPERTY, "");
        return property.isBlank() ? of(System.getenv()) : of(property);
    }

    static ChromaReleases of(Map<String, String> environment) {
        return of(environment.getOrDefault(VARIABLE, ""));
    }

    static ChromaReleases of(String words) {
        String releases = words.strip().equals(MIXED) ? "1.0.5,1.5.9" : words;
        return new ChromaReleases(Stream.of(releases.split(","))
                .map(String::strip)
                .filter(release -> !release.isEmpty())
                .toList());
    }

    /** The release of the server with this number, from 0; empty when nothing was chosen. */
    public Optional<String> ofServer(int number) {
        return servers.isEmpty() ? Optional.empty() : Optional.of(servers.get(number % servers.size()));
    }
}
