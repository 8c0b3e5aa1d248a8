package org.chromaproxy.reload;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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
 * with. All of it is taken up or nothing. Thread-safe; blocking.
 */
public final class Reloader {
    private static final Logger LOG = LoggerFactory.getLogger(Reloader.class);

    private final ConfigInput input;
    private final Values started;
    private final List<Reloadable> parts = new CopyOnWriteArrayList<>();
    private ConfigInput.Loaded now;

    /** @param first what the process was started with, of that input */
    public Reloader(ConfigInput input, ConfigInput.Loaded first) {
        this.input = input;
        this.started = first.values();
        this.now = first;
        LogLevels.apply(first.values().get(Settings.LOG_LEVEL));
    }

    /** From now on, that part hears of every reload. */
    public void add(Reloadable part) {
        parts.add(part);
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
            LOG.error("reload refused, the settings stay as they were: {}", e.getMessage());
            return ReloadReport.refused(e.problems());
        }
        ReloadReport report = compared(read.values());
        Config before = now.config();
        Config after = before.live(read.config());
        now = new ConfigInput.Loaded(after, read.values());
        LogLevels.apply(read.values().get(Settings.LOG_LEVEL));
        parts.forEach(part -> part.reloaded(before, after));
        LOG.info("reloaded; in effect: {}", report.changed().isEmpty() ? "nothing new" : report.changed());
        if (!report.restart().isEmpty()) {
            LOG.warn("these need a restart to take effect: {}", report.restart());
        }
        report.warnings().forEach(LOG::warn);
        return report;
    }

    private ReloadReport compared(Values read) {
        List<ReloadReport.Change> changed = new ArrayList<>();
        List<ReloadReport.Change> restart = new ArrayList<>();
        for (Setting<?> setting : Settings.all()) {
            boolean live = setting.use().live();
            Values before = live ? now.values() : started;
            if (read.differs(before, setting)) {
                (live ? changed : restart)
                        .add(new ReloadReport.Change(
                                setting.key(),
                                before.shown(setting),
                                read.shown(setting),
                                read.source(setting).toString()));
            }
        }
        return new ReloadReport(List.of(), changed, restart, read.warnings());
    }
}
