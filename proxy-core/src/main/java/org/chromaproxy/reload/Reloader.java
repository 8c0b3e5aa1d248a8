package org.chromaproxy.reload;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.ConfigException;
import org.chromaproxy.config.ConfigInput;
import org.chromaproxy.config.setting.Setting;
import org.chromaproxy.config.setting.Settings;
import org.chromaproxy.config.setting.Values;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration again: the file as it is now, under the environment and the command line the process was started
 * with, and the files that it names: tokens, certificates. All of it is taken up or nothing. Thread-safe; blocking.
 */
public final class Reloader {
    private static final Logger LOG = LoggerFactory.getLogger(Reloader.class);
    private static final Pattern LINE_BREAKS = Pattern.compile("\\s*\\n[\\s-]*");

    private final ConfigInput input;
    private final Values started;
    private final List<Reloadable> parts = new ArrayList<>();
    private ConfigInput.Loaded now;

    /** @param first what the process was started with, of that input */
    public Reloader(ConfigInput input, ConfigInput.Loaded first) {
        this.input = input;
        this.started = first.values();
        this.now = first;
        LogLevels.apply(first.values().get(Settings.LOG_LEVEL));
    }

    /** Makes a part of what holds now; from then on it hears of every reload, and none is in between. */
    public synchronized <T extends Reloadable> T add(Function<Config, T> part) {
        T made = part.apply(now.config());
        parts.add(made);
        return made;
    }

    /** What holds now. */
    public synchronized Config config() {
        return now.config();
    }

    /** Reads all of it anew, and applies what can be applied; logs what came of it. */
    public synchronized ReloadReport reload() {
        ConfigInput.Loaded read;
        try {
            read = input.read();
        } catch (ConfigException e) {
            return refused(e.problems());
        }
        Config before = now.config();
        Config after = before.live(read.config());
        List<Reloadable.Ready> ready =
                parts.stream().map(part -> part.prepare(before, after)).toList();
        List<String> problems = ready.stream()
                .flatMap(part -> part.problems().stream())
                .map(Reloader::oneLine)
                .toList();
        if (!problems.isEmpty()) {
            ready.forEach(part -> part.drop().run());
            return refused(problems);
        }
        List<ReloadReport.Change> changed = differing(read.values(), true);
        List<ReloadReport.Change> restart = differing(read.values(), false);
        now = new ConfigInput.Loaded(after, read.values());
        LogLevels.apply(read.values().get(Settings.LOG_LEVEL));
        List<String> notTaken = ready.stream()
                .flatMap(part -> part.take().get().stream())
                .map(Reloader::oneLine)
                .toList();
        return told(new ReloadReport(
                List.of(), changed, notTaken, restart, read.values().warnings()));
    }

    private static String oneLine(String problem) {
        return LINE_BREAKS.matcher(problem).replaceAll(" ");
    }

    private static ReloadReport refused(List<String> problems) {
        LOG.error("reload refused, everything stays as it was: {}", String.join("; ", problems));
        return ReloadReport.refused(problems);
    }

    private static ReloadReport told(ReloadReport report) {
        LOG.info("reloaded; in effect: {}", report.changed().isEmpty() ? "nothing new" : report.changed());
        report.notTaken().forEach(what -> LOG.error("reloaded, but for this: {}", what));
        if (!report.restart().isEmpty()) {
            LOG.warn("these need a restart to take effect: {}", report.restart());
        }
        report.warnings().forEach(LOG::warn);
        return report;
    }

    private List<ReloadReport.Change> differing(Values read, boolean live) {
        Values before = live ? now.values() : started;
        List<ReloadReport.Change> changes = new ArrayList<>();
        for (Setting<?> setting : Settings.all()) {
            if (setting.use().live() == live && read.differs(before, setting)) {
                changes.add(new ReloadReport.Change(
                        setting.key(),
                        before.shown(setting),
                        read.shown(setting),
                        read.source(setting).toString()));
            }
        }
        return changes;
    }
}
