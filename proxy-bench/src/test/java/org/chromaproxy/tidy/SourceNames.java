package org.chromaproxy.tidy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which package names what, from the text of the sources: the compiler copies a constant's value to where it is used. */
final class SourceNames {
    private static final Pattern IMPORT = Pattern.compile("(?m)^import (static )?(org\\.chromaproxy\\.[\\w.]+);");
    private static final Pattern CONSTANT = Pattern.compile("\\b[A-Z]\\w*\\.[A-Z][A-Z0-9_]*\\b");

    private final Map<String, Set<String>> packages = new HashMap<>();

    SourceNames(Map<Path, String> sources) {
        sources.forEach((path, text) -> {
            String user = Modules.packageOf(path);
            imports(text).forEach(name -> note(name, user));
            Matcher constants = CONSTANT.matcher(text);
            while (constants.find()) {
                note(constants.group(), user);
            }
        });
    }

    /** The project's types that a source imports, itself or something of theirs. */
    static Set<String> imports(String source) {
        Set<String> types = new TreeSet<>();
        Matcher imports = IMPORT.matcher(source);
        while (imports.find()) {
            String name = imports.group(2);
            types.add(imports.group(1) == null ? name : name.substring(0, name.lastIndexOf('.')));
        }
        return types;
    }

    /** Whether another package than this one imports that type, or names that constant as {@code Type.NAME}. */
    boolean isNamedOutside(String own, String name) {
        return packages.getOrDefault(name, Set.of()).stream().anyMatch(user -> !user.equals(own));
    }

    private void note(String name, String user) {
        packages.computeIfAbsent(name, _ -> new TreeSet<>()).add(user);
    }
}
