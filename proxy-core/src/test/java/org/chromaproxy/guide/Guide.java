package org.chromaproxy.guide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;

/** The project's files beside the sources. Tests run in a module's folder. */
public final class Guide {
    private Guide() {}

    /** The file at that path of the project. */
    public static Path file(String path) {
        return Path.of("..").toAbsolutePath().normalize().resolve(path);
    }

    /** Its text. */
    public static String text(String path) {
        try {
            return Files.readString(file(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A guide's commands with what holds here in the place of what stands there: in one pass, as what is put in may look like
     * something else that is to be replaced.
     *
     * @param here what stands in the guide, and what it is here
     */
    public static String asHere(String commands, Map<String, String> here) {
        Pattern there =
                Pattern.compile(here.keySet().stream().map(Pattern::quote).collect(Collectors.joining("|")));
        return there.matcher(commands).replaceAll(found -> Matcher.quoteReplacement(here.get(found.group())));
    }

    /** Its YAML documents; a key that occurs twice is an error. */
    public static List<JsonNode> yaml(String path) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        YAMLMapper mapper =
                new YAMLMapper(YAMLFactory.builder().loaderOptions(options).build());
        try (MappingIterator<JsonNode> documents =
                mapper.readerFor(JsonNode.class).readValues(text(path))) {
            return documents.readAll();
        } catch (IOException e) {
            throw new AssertionError(path + " is not YAML: " + e.getMessage(), e);
        }
    }
}
