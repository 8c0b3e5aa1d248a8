package org.chromaproxy.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.drill.mutant.Edit;

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
        return Optional.ofNullable(run(seed, Set.of(), Long.MAX_VALUE).violation());
    }

    /** The same of a history without some of its elements; see {@link Simulation#run(long, Set, long)}. */
    Simulation.Result run(long seed, Set<String> without, long mostMs) {
        try {
            Class<?> simulation = loadClass(Simulation.class.getName());
            Method listen = loadClass(Faults.class.getName()).getDeclaredMethod("listen", boolean.class);
            listen.setAccessible(true);
            listen.invoke(null, false);
            Method run = simulation.getDeclaredMethod("run", long.class, Set.class, long.class);
            run.setAccessible(true);
            return translated(run.invoke(null, seed, without, mostMs));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof LinkageError broken) {
                throw new IllegalStateException("the mutant is no class that could be loaded", broken);
            }
            throw new IllegalStateException("the mutant cannot be simulated", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same as one of this world's classes: its components are of the JDK's. */
    private static Simulation.Result translated(Object result) throws ReflectiveOperationException {
        List<Object> values = new ArrayList<>();
        for (RecordComponent component : result.getClass().getRecordComponents()) {
            Method accessor = component.getAccessor();
            accessor.setAccessible(true);
            values.add(accessor.invoke(result));
        }
        Constructor<?> constructor = Simulation.Result.class.getDeclaredConstructors()[0];
        return (Simulation.Result) constructor.newInstance(values.toArray());
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
