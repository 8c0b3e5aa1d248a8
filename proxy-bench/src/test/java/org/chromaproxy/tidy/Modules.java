package org.chromaproxy.tidy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The class files and the sources of all three modules. All of them are needed, so what is missing fails and is not skipped. */
final class Modules {
    private static final String PROJECT = "org.chromaproxy";
    private static final List<String> NAMES = List.of("proxy-wal", "proxy-core", "proxy-bench");

    private static @Nullable Modules modules;

    private final JavaClasses classes;
    private final Map<Path, String> sources = new TreeMap<>();
    private final SourceNames names;

    /** Read once, from the folders beside the one the tests run in, which is that of their module. */
    static synchronized Modules read() {
        if (modules == null) {
            modules = new Modules();
        }
        return modules;
    }

    private Modules() {
        Path root = Path.of("..").toAbsolutePath().normalize();
        List<Path> compiled = new ArrayList<>();
        for (String name : NAMES) {
            for (String kind : List.of("classes", "test-classes")) {
                compiled.add(existing(root.resolve(name).resolve("target").resolve(kind)));
            }
            readSources(existing(root.resolve(name).resolve("src")), root);
        }
        classes = new ClassFileImporter().importPaths(compiled);
        names = new SourceNames(sources);
    }

    /** The classes that are shipped or run by hand, without those that JMH generates. */
    Stream<JavaClass> main() {
        return classes.stream()
                .filter(each -> each.getPackageName().startsWith(PROJECT)
                        && !each.getPackageName().endsWith(".jmh_generated")
                        && !each.getSimpleName().equals("package-info")
                        && each.getSource().orElseThrow().getUri().getPath().contains("/target/classes/"));
    }

    /** Every Java source, main and test, by its path in the project. */
    Map<Path, String> sources() {
        return sources;
    }

    /** What the sources name, and the compiler may leave no trace of. */
    SourceNames names() {
        return names;
    }

    /** The source that declares the class, or the class around it. */
    String sourceOf(JavaClass type) {
        String file = type.getPackageName().replace('.', '/') + "/" + outermost(type) + ".java";
        return sources.entrySet().stream()
                .filter(source -> source.getKey().endsWith(file) && isMain(source.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no source of " + type + "; mvn clean"));
    }

    static boolean isMain(Path source) {
        return source.toString().contains("src/main/java");
    }

    /** The package of a source, as its path has it. */
    static String packageOf(Path source) {
        String path = source.toString();
        String folders = path.substring(path.indexOf("/java/") + "/java/".length(), path.lastIndexOf('/'));
        return folders.replace('/', '.');
    }

    private static String outermost(JavaClass type) {
        String inPackage = type.getName().substring(type.getPackageName().length() + 1);
        return inPackage.replaceAll("\\$.*", "");
    }

    private static Path existing(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new IllegalStateException(folder + " is missing: compile all three modules first, tests included");
        }
        return folder;
    }

    private void readSources(Path folder, Path root) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                sources.put(root.relativize(file), Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
