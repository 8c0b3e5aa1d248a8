package org.chromaproxy.tidy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The project's sources on disk, whatever module the tests run in. */
final class SourceTree {
    private static final List<String> SKIPPED = List.of("target", "node_modules", ".git", ".build", ".idea", "data");

    private final Path root;

    private SourceTree(Path root) {
        this.root = root;
    }

    /** The tree around the working directory: the nearest folder above that has modules. */
    static SourceTree locate() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("proxy-wal/pom.xml"))) {
                return new SourceTree(folder);
            }
        }
        throw new IllegalStateException("no project above the working directory");
    }

    Path root() {
        return root;
    }

    /** Every Java file of every module, main and test. */
    List<JavaSource> java() {
        return JavaSource.parse(
                root,
                files().stream()
                        .filter(file -> file.toString().endsWith(".java"))
                        .toList());
    }

    /** Every file that people wrote: no build output, no downloads. */
    List<Path> files() {
        List<Path> files = new ArrayList<>();
        collect(root, files);
        return files;
    }

    /** Does not even look into skipped folders: other tests make and delete files there meanwhile. */
    private static void collect(Path folder, List<Path> files) {
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.sorted().toList()) {
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    if (!SKIPPED.contains(entry.getFileName().toString())) {
                        collect(entry, files);
                    }
                } else if (Files.isRegularFile(entry)
                        && !SKIPPED.contains(entry.getFileName().toString())) {
                    files.add(entry);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
