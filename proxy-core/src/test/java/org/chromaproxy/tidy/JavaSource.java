package org.chromaproxy.tidy;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * What the style tests need to know of one Java file.
 *
 * @param path relative to the project
 * @param packageName the declared package
 * @param text the whole file
 * @param methods every method and constructor in it
 * @param calls the callee of every method call, as written: {@code Thread.sleep}
 * @param names every name its code uses; not those in comments, strings and mere imports
 */
record JavaSource(
        Path path, String packageName, String text, List<Callable> methods, List<String> calls, Set<String> names) {
    /** A method or constructor. */
    record Callable(String name, long lines) {}

    boolean isMain() {
        return path.toString().contains("src/main/java");
    }

    boolean isPackageInfo() {
        return path.endsWith("package-info.java");
    }

    int lines() {
        return (int) text.lines().count();
    }

    /** Parses the files with the compiler of the running JDK; nothing is resolved, so no class path is needed. */
    static List<JavaSource> parse(Path root, List<Path> files) {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var problems = new DiagnosticCollector<JavaFileObject>();
        try (StandardJavaFileManager manager =
                compiler.getStandardFileManager(problems, null, StandardCharsets.UTF_8)) {
            JavacTask task = (JavacTask)
                    compiler.getTask(null, manager, problems, null, null, manager.getJavaFileObjectsFromPaths(files));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            List<JavaSource> parsed = new ArrayList<>();
            for (CompilationUnitTree unit : task.parse()) {
                parsed.add(read(root, unit, positions));
            }
            if (parsed.size() != files.size()) {
                throw new IllegalStateException("not all files could be parsed: " + problems.getDiagnostics());
            }
            return parsed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JavaSource read(Path root, CompilationUnitTree unit, SourcePositions positions) throws IOException {
        Path path = root.relativize(Path.of(unit.getSourceFile().toUri()));
        String packageName =
                unit.getPackageName() == null ? "" : unit.getPackageName().toString();
        var scanner = new Scanner(unit, positions);
        scanner.scan(unit, null);
        String text = unit.getSourceFile().getCharContent(false).toString();
        return new JavaSource(
                path,
                packageName,
                text,
                List.copyOf(scanner.methods),
                List.copyOf(scanner.calls),
                Set.copyOf(scanner.names));
    }

    private static final class Scanner extends TreeScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<Callable> methods = new ArrayList<>();
        private final List<String> calls = new ArrayList<>();
        private final Set<String> names = new HashSet<>();

        Scanner(CompilationUnitTree unit, SourcePositions positions) {
            this.unit = unit;
            this.positions = positions;
        }

        @Override
        public Void visitMethod(MethodTree method, Void unused) {
            long first = line(positions.getStartPosition(unit, method));
            long last = line(positions.getEndPosition(unit, method));
            String name = method.getName().toString();
            methods.add(new Callable(name, last - first + 1));
            return super.visitMethod(method, null);
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void unused) {
            calls.add(call.getMethodSelect().toString());
            return super.visitMethodInvocation(call, null);
        }

        @Override
        public Void visitIdentifier(IdentifierTree identifier, Void unused) {
            names.add(identifier.getName().toString());
            return super.visitIdentifier(identifier, null);
        }

        @Override
        public Void visitMemberSelect(MemberSelectTree select, Void unused) {
            names.add(select.getIdentifier().toString());
            return super.visitMemberSelect(select, null);
        }

        /** Of what is only imported nothing is used; a static import may be the only place that names its type. */
        @Override
        public Void visitImport(ImportTree imported, Void unused) {
            return imported.isStatic() ? super.visitImport(imported, null) : null;
        }

        private long line(long position) {
            return position < 0 ? 0 : unit.getLineMap().getLineNumber(position);
        }
    }
}
