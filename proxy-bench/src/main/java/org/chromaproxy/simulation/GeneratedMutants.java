package org.chromaproxy.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.chromaproxy.drill.mutant.Edit;
import org.chromaproxy.lane.LaneRegistry;

/**
 * Mutants of every method of {@code lane}, made by rule: one that answers a question always answers yes, or no; one that does something
 * does nothing. What histories do not notice is either not met, or has no effect that anybody asserts.
 */
final class GeneratedMutants {
    private static final String BOOLEAN = "Z";
    private static final String NOTHING = "V";

    /**
     * One method that does something else.
     *
     * @param name type, method and what it does, for people
     */
    record Generated(String name, Edit edit) {}

    private GeneratedMutants() {}

    /** All of them, in the order of their names. */
    static List<Generated> all() {
        List<Generated> all = new ArrayList<>();
        for (byte[] type : types()) {
            ClassModel model = ClassFile.of().parse(type);
            String name = model.thisClass().asInternalName().replace('/', '.');
            model.methods().stream()
                    .filter(GeneratedMutants::isWritten)
                    .forEach(method -> all.addAll(of(name, method)));
        }
        return all;
    }

    /** Those that a compiler makes, of records and lambdas, are nobody's intention. */
    private static boolean isWritten(MethodModel method) {
        String name = method.methodName().stringValue();
        return method.code().isPresent()
                && !name.startsWith("<")
                && !name.equals("equals")
                && !method.flags().has(AccessFlag.SYNTHETIC)
                && !method.flags().has(AccessFlag.BRIDGE);
    }

    private static List<Generated> of(String type, MethodModel method) {
        String descriptor = method.methodType().stringValue();
        String name = method.methodName().stringValue();
        String shown = type.substring(type.lastIndexOf('.') + 1) + "." + name;
        List<Generated> all = new ArrayList<>();
        switch (descriptor.substring(descriptor.indexOf(')') + 1)) {
            case BOOLEAN -> {
                add(all, method, shown + " is true", type, name + descriptor, Opcode.ICONST_1, Opcode.IRETURN);
                add(all, method, shown + " is false", type, name + descriptor, Opcode.ICONST_0, Opcode.IRETURN);
            }
            case NOTHING -> add(all, method, shown + " does nothing", type, name + descriptor, Opcode.RETURN);
            default -> {}
        }
        return all;
    }

    private static void add(
            List<Generated> all, MethodModel method, String shown, String type, String signature, Opcode... instead) {
        List<Opcode> present = method.code().orElseThrow().elementList().stream()
                .filter(Instruction.class::isInstance)
                .map(each -> ((Instruction) each).opcode())
                .toList();
        if (!present.equals(List.of(instead))) {
            all.add(new Generated(shown, Edit.body(type, signature, code -> {
                code.invokestatic(
                        ClassDesc.of(Budget.class.getName()), "meet", MethodTypeDesc.of(ConstantDescs.CD_void));
                for (Opcode each : instead) {
                    switch (each) {
                        case ICONST_0 -> code.iconst_0();
                        case ICONST_1 -> code.iconst_1();
                        case IRETURN -> code.ireturn();
                        default -> code.return_();
                    }
                }
            })));
        }
    }

    /** The compiled types, interfaces included, from the directory or archive that holds them. */
    private static List<byte[]> types() {
        String folder = LaneRegistry.class.getPackageName().replace('.', '/');
        try {
            URI place = LaneRegistry.class.getResource("/" + folder).toURI();
            if (!place.getScheme().equals("jar")) {
                return read(Path.of(place));
            }
            try (FileSystem archive = FileSystems.newFileSystem(place, Map.of())) {
                return read(archive.getPath(folder));
            }
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<byte[]> read(Path folder) throws IOException {
        List<byte[]> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".class"))
                    .sorted()
                    .toList()) {
                try (InputStream bytes = Files.newInputStream(file)) {
                    all.add(bytes.readAllBytes());
                }
            }
        }
        return all;
    }
}
