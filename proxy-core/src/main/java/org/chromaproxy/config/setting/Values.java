package org.chromaproxy.config.setting;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The value of every setting with where it comes from, and whatever is wrong with them. Confined to one thread. */
public final class Values {
    /** A value, as it was written and as it is meant. */
    private record Found(Object value, String text, Source source) {}

    /** What was written, and where. */
    private record Given(String text, Source source) {}

    private final Map<String, Found> found = new HashMap<>();
    private final List<String> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final ConfigFile file;

    private Values(ConfigFile file) {
        this.file = file;
    }

    /**
     * Finds all values.
     *
     * @param options of the command line, by the name of the variable
     * @param environment what is empty there counts as not given
     */
    public static Values of(Map<String, String> options, Map<String, String> environment, ConfigFile file) {
        Values values = new Values(file);
        values.problems.addAll(file.problems());
        for (Setting<?> setting : Settings.all()) {
            values.find(setting, options, environment);
        }
        values.misspelt(environment);
        return values;
    }

    private <T> void find(Setting<T> setting, Map<String, String> options, Map<String, String> environment) {
        Given given = given(setting, options, environment);
        T value = setting.otherwise();
        try {
            if (!(given.source() instanceof Source.Default)) {
                value = setting.kind().parsed(given.text().strip());
            }
        } catch (IllegalArgumentException e) {
            problem(setting, given, "must be " + setting.kind().expected());
        }
        found.put(setting.variable(), new Found(value, given.text(), given.source()));
    }

    private Given given(Setting<?> setting, Map<String, String> options, Map<String, String> environment) {
        String option = options.get(setting.variable());
        if (option != null) {
            return new Given(option, new Source.CommandLine(setting.option()));
        }
        String variable = environment.get(setting.variable());
        if (variable != null && !variable.isBlank()) {
            return new Given(variable, new Source.Environment(setting.variable()));
        }
        ConfigFile.Entry entry = file.entries().get(setting.key());
        if (entry != null) {
            return new Given(entry.text(), new Source.File(file.name(), entry.line()));
        }
        return new Given(setting.defaultText(), new Source.Default());
    }

    private void problem(Setting<?> setting, Given given, String reason) {
        String words = setting.use().defaultWords();
        String otherwise = words.isEmpty() ? setting.defaultText() : words;
        problems.add(setting.key() + ": " + setting.masked(given.text()) + " (" + given.source() + ") " + reason
                + "; without it: " + (otherwise.isEmpty() ? "none" : otherwise));
    }

    /** A value that fits by itself but not with others. */
    public void problem(Setting<?> setting, String reason) {
        problems.add(setting.key() + ": " + shown(setting) + " (" + source(setting) + ") " + reason);
    }

    /** Something that works, but hardly as it was meant. */
    public void warning(Setting<?> setting, String reason) {
        warnings.add(setting.key() + ": " + shown(setting) + " (" + source(setting) + ") " + reason);
    }

    /** The same of what no setting tells alone. */
    public void warning(String words) {
        warnings.add(UserInfo.maskText(words));
    }

    /** Variables of other programs are none of our business, but those that differ by a letter are. */
    private void misspelt(Map<String, String> environment) {
        List<String> known = new ArrayList<>(List.of(Settings.FILE_VARIABLE));
        Settings.all().forEach(setting -> known.add(setting.variable()));
        for (String name : new TreeSet<>(environment.keySet())) {
            if (!known.contains(name)) {
                Spelling.nearest(name, known)
                        .ifPresent(near -> warnings.add("environment, " + name
                                + ": is not a setting and has no effect; did you mean " + near + "?"));
            }
        }
    }

    /** The value; the default where the given one was refused. */
    @SuppressWarnings("unchecked")
    public <T> T get(Setting<T> setting) {
        // Found by the same setting's kind.
        return (T) found(setting).value();
    }

    /** As it may be shown. */
    public String shown(Setting<?> setting) {
        return setting.masked(found(setting).text());
    }

    public Source source(Setting<?> setting) {
        return found(setting).source();
    }

    /** Whether another value would be read now, whatever the source. */
    public boolean differs(Values other, Setting<?> setting) {
        return !found(setting).value().equals(other.found(setting).value());
    }

    /** Everything that cannot work, for people; empty if it can. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    /** What works but is probably not meant so. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** The name of the file that was read, if one was. */
    public Optional<String> file() {
        return file.equals(ConfigFile.NONE) ? Optional.empty() : Optional.of(file.name());
    }

    private Found found(Setting<?> setting) {
        Found value = found.get(setting.variable());
        if (value == null) {
            throw new IllegalArgumentException(setting.variable() + " is not in the list of settings");
        }
        return value;
    }
}
