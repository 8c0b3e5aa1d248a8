package org.chromaproxy.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.drill.mutant.Edit;
import org.chromaproxy.lane.LaneRegistry;

/** The proxy's classes once more, some of them changed: a simulation of its own, beside the one that made it. */
final class MutantLoader extends ClassLoader {
    private static final String PROXY = "org.chromaproxy.";

    static final String ENDLESS = "it goes round and round";
    private static final String BOUNDED = LaneRegistry.class.getPackageName() + ".";

    private final List<Edit> edits;
    private final boolean bounded;

    MutantLoader(List<Edit> edits) {
        this(edits, false);
    }

    private MutantLoader(List<Edit> edits, boolean bounded) {
        super(MutantLoader.class.getClassLoader());
        this.edits = edits;
        this.bounded = bounded;
    }

    /** One whose change may make it go round and round: then that ends, see {@link Budget}. */
    static MutantLoader bounded(List<Edit> edits) {
        return new MutantLoader(edits, true);
    }

    /** Whether a generated change was met in any history so far. */
    boolean met() {
        try {
            Method met = loadClass(Budget.class.getName()).getDeclaredMethod("met");
            met.setAccessible(true);
            return (boolean) met.invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
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
            if (bounded) {
                Method renew = loadClass(Budget.class.getName()).getDeclaredMethod("renew");
                renew.setAccessible(true);
                renew.invoke(null);
            }
            Method run = simulation.getDeclaredMethod("run", long.class, Set.class, long.class);
            run.setAccessible(true);
            return translated(run.invoke(null, seed, without, mostMs));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Error endless
                    && endless.getClass().getName().equals(Budget.Spent.class.getName())) {
                throw new IllegalStateException(ENDLESS, endless);
            }
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
            if (bounded && name.startsWith(BOUNDED)) {
                bytes = counted(bytes);
            }
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    private static byte[] counted(byte[] bytes) {
        CodeTransform count = new CodeTransform() {
            @Override
            public void atStart(CodeBuilder code) {
                code.invokestatic(
                        ClassDesc.of(Budget.class.getName()), "spend", MethodTypeDesc.of(ConstantDescs.CD_void));
            }

            @Override
            public void accept(CodeBuilder code, CodeElement element) {
                code.with(element);
            }
        };
        ClassFile context = ClassFile.of();
        return context.transformClass(
                context.parse(bytes),
                ClassTransform.transformingMethodBodies(
                        method -> !method.methodName().stringValue().startsWith("<"), count));
    }
}
