package org.chromaproxy.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import org.chromaproxy.drill.mutant.Edit;
import org.jspecify.annotations.Nullable;

/** The proxy's classes once more, some of them changed: a simulation of its own, beside the one that made it. */
final class MutantLoader extends ClassLoader {
    private static final String PROXY = "org.chromaproxy.";

    private final List<Edit> edits;

    MutantLoader(List<Edit> edits) {
        super(MutantLoader.class.getClassLoader());
        this.edits = edits;
    }

    /** The history of that seed with these changes: what must not be, if it shows. */
    Optional<String> run(long seed) {
        try {
            Method run = loadClass(Simulation.class.getName()).getDeclaredMethod("violation", long.class);
            run.setAccessible(true);
            return Optional.ofNullable((@Nullable String) run.invoke(null, seed));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof LinkageError broken) {
                throw new IllegalStateException("the mutant is no class that could be loaded", broken);
            }
            return Optional.of("it ends by " + e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PROXY)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (file == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = file.readAllBytes();
            for (Edit edit : edits) {
                bytes = edit.type().equals(name) ? edit.apply(bytes) : bytes;
            }
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
