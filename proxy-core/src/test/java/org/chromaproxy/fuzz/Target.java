package org.chromaproxy.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.chromaproxy.access.CredentialsTarget;
import org.chromaproxy.config.ConfigTarget;
import org.chromaproxy.downstream.FrontTarget;
import org.chromaproxy.exchange.read.QueryTarget;
import org.chromaproxy.exchange.write.PreferTarget;
import org.chromaproxy.http.ForwardedTarget;
import org.chromaproxy.merge.SpliceTarget;
import org.chromaproxy.route.PathTarget;
import org.chromaproxy.scan.ScanTarget;

/** What is fuzzed. */
enum Target {
    FRONT(FrontTarget.class),
    SCAN(ScanTarget.class),
    SPLICE(SpliceTarget.class),
    PATH(PathTarget.class),
    PREFER(PreferTarget.class),
    CREDENTIALS(CredentialsTarget.class),
    FORWARDED(ForwardedTarget.class),
    QUERY(QueryTarget.class),
    CONFIG(ConfigTarget.class);

    private static final Path KEPT = Path.of("src", "test", "resources", "fuzz");

    private final Class<?> type;

    Target(Class<?> type) {
        this.type = type;
    }

    Class<?> type() {
        return type;
    }

    void run(byte[] input) {
        switch (this) {
            case FRONT -> FrontTarget.fuzzerTestOneInput(input);
            case SCAN -> ScanTarget.fuzzerTestOneInput(input);
            case SPLICE -> SpliceTarget.fuzzerTestOneInput(input);
            case PATH -> PathTarget.fuzzerTestOneInput(input);
            case PREFER -> PreferTarget.fuzzerTestOneInput(input);
            case CREDENTIALS -> CredentialsTarget.fuzzerTestOneInput(input);
            case FORWARDED -> ForwardedTarget.fuzzerTestOneInput(input);
            case QUERY -> QueryTarget.fuzzerTestOneInput(input);
            case CONFIG -> ConfigTarget.fuzzerTestOneInput(input);
        }
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The folder of the inputs that are kept. */
    Path kept() {
        return KEPT.resolve(text());
    }

    /** Those inputs. */
    List<Path> inputs() {
        try (Stream<Path> files = Files.list(kept())) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
