package org.chromaproxy.config.audit;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.setting.Values;

/**
 * One point of the checklist.
 *
 * @param id its short name, for scripts and documents
 * @param wanted what is safe, as a sentence without its full stop
 * @param action what to do where it is not so
 */
public record HardeningCheck(String id, String wanted, String action, Function<Settled, Finding> look) {
    /**
     * What is looked at.
     *
     * @param values the same settings with where they come from
     * @param file they come from; empty for none
     * @param tokens why a start would refuse a tokens file, in its words; empty if it would take it
     */
    public record Settled(Config config, Values values, Optional<Path> file, Function<Path, String> tokens) {}
}
