package org.chromaproxy.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The arrows between packages are those that each {@code package-info} declares: in a paragraph that begins with {@code Imports}
 * and lists the packages it uses, by their names below {@code org.chromaproxy}; or says that it imports nothing of the project.
 */
class PackageImportsTest {
    private static final String PROJECT = "org.chromaproxy.";

    /** Its first sentence, in whose names the dots end nothing. */
    private static final Pattern DECLARATION = Pattern.compile("<p>Imports ((?:\\{@code [^}]*}|[^.{])*)\\.");

    private static final Pattern NAME = Pattern.compile("\\{@code ([a-z.]+)}");

    private static final Modules MODULES = Modules.read();

    @Test
    void everyPackageImportsWhatItDeclaresAndNothingElse() {
        Map<String, String> packageInfos = packageInfos();
        List<String> wrong = new ArrayList<>();
        imports().forEach((user, used) -> {
            Matcher declaration = DECLARATION.matcher(packageInfos.getOrDefault(user, ""));
            if (!declaration.find()) {
                wrong.add(user + ": its package-info has no paragraph that begins with Imports");
                return;
            }
            Set<String> declared = names(declaration.group(1));
            if (declared.isEmpty() && !declaration.group(1).equals("nothing of the project")) {
                wrong.add(user + ": neither packages are named nor \"nothing of the project\"");
            }
            missing(used, declared).forEach(each -> wrong.add(user + " imports " + each + " and does not say so"));
            missing(declared, used)
                    .forEach(each -> wrong.add(user + " says that it imports " + each + " and does not"));
        });
        assertEquals("", String.join("\n", wrong));
    }

    /** Of every package, its package-info in one line. */
    private static Map<String, String> packageInfos() {
        Map<String, String> texts = new TreeMap<>();
        MODULES.sources().forEach((path, text) -> {
            if (Modules.isMain(path) && path.endsWith("package-info.java")) {
                texts.put(shortName(Modules.packageOf(path)), text.replaceAll("\\s*\\n \\*\\s*", " "));
            }
        });
        return texts;
    }

    private static Set<String> names(String declaration) {
        Set<String> names = new TreeSet<>();
        Matcher name = NAME.matcher(declaration);
        while (name.find()) {
            names.add(name.group(1));
        }
        return names;
    }

    private static Set<String> missing(Set<String> all, Set<String> some) {
        Set<String> missing = new TreeSet<>(all);
        missing.removeAll(some);
        return missing;
    }

    /** By the class files, and by the import statements: where only a constant is used, the compiler leaves no trace of it. */
    private static Map<String, Set<String>> imports() {
        Map<String, Set<String>> imports = new TreeMap<>();
        MODULES.main().forEach(type -> {
            Set<String> used = imports.computeIfAbsent(shortName(type.getPackageName()), _ -> new TreeSet<>());
            type.getDirectDependenciesFromSelf().stream()
                    .map(use -> use.getTargetClass().getBaseComponentType().getPackageName())
                    .filter(name -> name.startsWith(PROJECT))
                    .map(PackageImportsTest::shortName)
                    .forEach(used::add);
        });
        MODULES.sources().forEach((path, text) -> {
            if (Modules.isMain(path)) {
                Set<String> used = imports.computeIfAbsent(shortName(Modules.packageOf(path)), _ -> new TreeSet<>());
                SourceNames.imports(text).forEach(type -> used.add(shortName(type.replaceAll("\\.[A-Z].*", ""))));
            }
        });
        imports.forEach((user, used) -> used.remove(user));
        return imports;
    }

    private static String shortName(String name) {
        return name.substring(PROJECT.length());
    }
}
