package org.chromaproxy.drill.mutant;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/** Changes classes of the proxy as they are loaded into its JVM. */
public final class MutantAgent {
    /** Printed for every change made; a run without it says nothing about the mutant. */
    static final String DONE = "mutant at work: ";

    private static final int BROKEN_STATUS = 70;

    private MutantAgent() {}

    /** The JVM options that make a proxy on this class path that mutant. Writes a small jar into the directory. */
    static List<String> options(Mutant mutant, Path directory) throws IOException {
        Path jar = directory.toAbsolutePath().resolve("mutant-agent.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", MutantAgent.class.getName());
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream _ = new JarOutputStream(file, manifest)) {
            // The manifest is all: the agent's classes are on the class path.
            return List.of("-javaagent:" + jar + "=" + mutant.name());
        }
    }

    /** Called by the JVM before {@code main}. */
    public static void premain(String mutant, Instrumentation instrumentation) {
        List<Edit> edits = Mutant.valueOf(mutant).edits();
        instrumentation.addTransformer(new ClassFileTransformer() {
            @Override
            public byte @Nullable [] transform(
                    @Nullable ClassLoader loader,
                    String name,
                    @Nullable Class<?> redefined,
                    @Nullable ProtectionDomain domain,
                    byte[] bytes) {
                byte[] changed = null;
                for (Edit edit : edits) {
                    if (edit.type().replace('.', '/').equals(name)) {
                        changed = changedOrHalt(edit, changed == null ? bytes : changed);
                    }
                }
                return changed;
            }
        });
    }

    /** A mutant that is not what it says must not look like a proxy that withstands it. */
    private static byte[] changedOrHalt(Edit edit, byte[] bytes) {
        try {
            byte[] changed = edit.apply(bytes);
            System.err.println(DONE + edit.type() + "." + edit.method());
            return changed;
        } catch (RuntimeException | Error e) {
            System.err.println("the mutant cannot be made, the proxy has changed: " + e);
            Runtime.getRuntime().halt(BROKEN_STATUS);
            throw e;
        }
    }
}
