package org.chromaproxy.drill.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.chromaproxy.drill.stack.ChromaProcess;
import org.chromaproxy.drill.stack.SqliteWriteLock;
import org.chromaproxy.drill.stack.Stack;
import org.jspecify.annotations.Nullable;

/** Faults of one Chroma process. */
final class InstanceFaults {
    private InstanceFaults() {}

    static Injection of(Fault fault, Stack.Node node) {
        ChromaProcess chroma = node.chroma();
        return switch (fault) {
            case KILL -> Injection.of(node::kill, chroma::restart);
            case BLIP, PAUSE -> Injection.of(chroma::pause, chroma::resume);
            case ZOMBIE ->
                Injection.of(chroma::makeZombie, () -> {
                    node.kill();
                    chroma.restart();
                });
            // Seen with real full disks too: when there is room again this server hangs, until it is started again.
            case DISK_FULL ->
                Injection.of(chroma::fillDisk, () -> {
                    node.kill();
                    chroma.restart();
                });
            case DATABASE_LOCKED -> new Locked(chroma);
            case EMPTY_DISK ->
                Injection.of(
                        () -> {
                            node.kill();
                            deleteAll(chroma.data());
                        },
                        chroma::restart);
            case OLDER_DISK -> new Older(node);
            default -> throw new IllegalArgumentException(fault + " does not happen to an instance");
        };
    }

    /** The same to several, in turn. */
    static Injection all(List<Injection> injections) {
        return Injection.of(
                () -> {
                    for (Injection injection : injections) {
                        injection.begin();
                    }
                },
                () -> {
                    for (Injection injection : injections) {
                        injection.heal();
                    }
                });
    }

    private static final class Locked implements Injection {
        private final ChromaProcess chroma;
        private @Nullable SqliteWriteLock lock;

        Locked(ChromaProcess chroma) {
            this.chroma = chroma;
        }

        @Override
        public void begin() throws IOException {
            lock = chroma.lockDatabase();
        }

        @Override
        public void heal() throws IOException {
            if (lock != null) {
                lock.close();
            }
        }
    }

    /** The copy is taken while the process stands still: what a snapshot of its disk would hold. */
    private record Older(Stack.Node node) implements Injection {
        @Override
        public void begin() throws IOException {
            node.chroma().pause();
            try {
                copyAll(node.chroma().data(), copy());
            } finally {
                node.chroma().resume();
            }
        }

        @Override
        public void heal() throws IOException {
            node.kill();
            if (Files.exists(copy())) {
                deleteAll(node.chroma().data());
                copyAll(copy(), node.chroma().data());
                deleteAll(copy());
            }
            node.chroma().restart();
        }

        private Path copy() {
            return node.chroma().data().resolveSibling(node.name() + "-older");
        }
    }

    private static void copyAll(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Files.copy(path, to.resolve(from.relativize(path).toString()), LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    private static void deleteAll(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
