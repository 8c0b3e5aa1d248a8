package org.chromaproxy.config.setting;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * The settings as a YAML file has them: a list of {@code key: value}, a value being a word, a number or a list of them.
 * What a value may be is not known here.
 *
 * @param name for messages
 * @param entries by key
 * @param problems what cannot be read, or is no setting
 */
public record ConfigFile(String name, Map<String, Entry> entries, List<String> problems) {
    /** No file. */
    public static final ConfigFile NONE = new ConfigFile("no file", Map.of(), List.of());

    private static final Pattern QUOTING =
            Pattern.compile("(undefined alias|duplicate anchor|undefined tag handle)\\b.*", Pattern.DOTALL);

    /**
     * One value.
     *
     * @param line from 1
     */
    record Entry(String text, int line) {}

    /** Reads it whole; blocking. Whatever is wrong with it is among the problems. */
    public static ConfigFile read(Path path) {
        String name = UserInfo.maskValue(path.toString());
        try {
            return parse(name, Files.readString(path));
        } catch (NoSuchFileException e) {
            return unusable(name + ": there is no such file; correct --config or CONFIG_FILE, or take it out");
        } catch (CharacterCodingException e) {
            return unusable(name + ": is not text in UTF-8");
        } catch (IOException e) {
            return unusable(
                    name + ": cannot be read (" + UserInfo.maskValue(e.toString()) + "); may this user read it?");
        }
    }

    /** The same from text at hand. */
    public static ConfigFile parse(String name, String text) {
        // As it comes all is commented out; then a start needs no parser.
        if (text.lines().map(String::strip).allMatch(line -> line.isEmpty() || line.startsWith("#"))) {
            return new ConfigFile(name, Map.of(), List.of());
        }
        try {
            LoadSettings settings = LoadSettings.builder().setLabel(name).build();
            return new Reading(name).root(new Compose(settings).composeString(text));
        } catch (MarkedYamlEngineException e) {
            // Its own message would quote the file, secrets included.
            String where =
                    e.getProblemMark().map(mark -> ", line " + line(mark)).orElse("");
            return unusable(name + where + ": is not YAML: " + withoutNames(e.getProblem()));
        } catch (YamlEngineException e) {
            return unusable(name + ": is not YAML that can be used here, one document of \"key: value\" lines");
        }
    }

    /** A password that begins with {@code *}, {@code &} or {@code !} is a name to the parser. */
    private static String withoutNames(@Nullable String problem) {
        return QUOTING.matcher(problem == null ? "" : problem)
                .replaceFirst("$1 (a value that begins with it is quoted)");
    }

    private static ConfigFile unusable(String problem) {
        return new ConfigFile("unusable", Map.of(), List.of(problem));
    }

    private static int line(Mark mark) {
        return mark.getLine() + 1;
    }

    private static final class Reading {
        private final String name;
        private final Map<String, Entry> entries = new LinkedHashMap<>();
        private final List<String> problems = new ArrayList<>();

        Reading(String name) {
            this.name = name;
        }

        ConfigFile root(Optional<Node> root) {
            if (root.isPresent() && root.get() instanceof MappingNode mapping) {
                mapping.getValue().forEach(this::entry);
            } else {
                problems.add(name + ": must be a list of \"key: value\" lines");
            }
            return new ConfigFile(name, Map.copyOf(entries), List.copyOf(problems));
        }

        private void entry(NodeTuple tuple) {
            int line = tuple.getKeyNode().getStartMark().map(ConfigFile::line).orElse(0);
            if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
                problem(line, "a key must be a plain word");
                return;
            }
            String key = keyNode.getValue();
            if (Settings.byKey(key).isEmpty()) {
                problem(line, UserInfo.maskValue(key) + ": there is no such setting" + suggestion(key));
                return;
            }
            Optional<String> text = text(tuple.getValueNode());
            Entry before = entries.get(key);
            if (before != null) {
                problem(line, key + ": is there already, in line " + before.line() + "; take one of them out");
            } else if (text.isEmpty()) {
                problem(line, key + ": must be one value, or a list of such; take the line out for the default");
            } else {
                entries.put(key, new Entry(text.get(), line));
            }
        }

        private void problem(int line, String words) {
            problems.add(name + ", line " + line + ": " + words);
        }

        private static String suggestion(String key) {
            return Spelling.nearest(key, Settings.keys())
                    .map(near -> "; did you mean " + near + "?")
                    .orElse("; \"chroma-proxy config\" lists all there are");
        }

        private static Optional<String> text(Node value) {
            if (value instanceof ScalarNode scalar) {
                return Tag.NULL.equals(scalar.getTag()) ? Optional.empty() : Optional.of(scalar.getValue());
            }
            if (value instanceof SequenceNode sequence
                    && sequence.getValue().stream().allMatch(ScalarNode.class::isInstance)) {
                return Optional.of(sequence.getValue().stream()
                        .map(element -> ((ScalarNode) element).getValue())
                        .collect(Collectors.joining(",")));
            }
            return Optional.empty();
        }
    }
}
