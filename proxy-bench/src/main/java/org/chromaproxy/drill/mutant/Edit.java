package org.chromaproxy.drill.mutant;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * One change of one method.
 *
 * @param type the class, by its full name
 * @param method the method's name: all of that name are changed; or its name with its descriptor: only that is
 */
public record Edit(String type, String method, Change change) {
    /** Makes the transformation of a method's code; counts the places it found. */
    @FunctionalInterface
    interface Change {
        CodeTransform with(AtomicInteger found);
    }

    /**
     * The class with the change made.
     *
     * @throws IllegalStateException if there is nothing to change: the proxy is another one now
     */
    public byte[] apply(byte[] bytes) {
        AtomicInteger found = new AtomicInteger();
        MethodTransform code = (each, element) -> {
            if (element instanceof CodeModel body) {
                each.transformCode(body, change.with(found));
            } else {
                each.with(element);
            }
        };
        ClassTransform changes = ClassTransform.transformingMethods(
                each -> each.methodName().equalsString(method)
                        || method.equals(each.methodName().stringValue()
                                + each.methodType().stringValue()),
                code);
        ClassFile context = ClassFile.of();
        byte[] changed = context.transformClass(context.parse(bytes), changes);
        if (found.get() == 0) {
            throw new IllegalStateException("nothing to change in " + type + "." + method);
        }
        return changed;
    }

    /** The method does this instead of all it did. Its last instruction must be the return. */
    public static Edit body(String type, String method, Consumer<CodeBuilder> instead) {
        return new Edit(type, method, found -> new CodeTransform() {
            @Override
            public void atStart(CodeBuilder code) {
                found.incrementAndGet();
                instead.accept(code);
            }

            @Override
            public void accept(CodeBuilder code, CodeElement element) {
                // The old body is dropped.
            }
        });
    }

    /** The method does this first. */
    static Edit first(String type, String method, Consumer<CodeBuilder> before) {
        return new Edit(type, method, found -> new CodeTransform() {
            @Override
            public void atStart(CodeBuilder code) {
                found.incrementAndGet();
                before.accept(code);
            }

            @Override
            public void accept(CodeBuilder code, CodeElement element) {
                code.with(element);
            }
        });
    }

    /** Calls of {@code called} in that method are left out; what they would return comes from {@code result}. */
    public static Edit withoutCall(String type, String method, String called, Consumer<CodeBuilder> result) {
        return new Edit(type, method, found -> (code, element) -> {
            if (element instanceof InvokeInstruction call && call.name().equalsString(called)) {
                found.incrementAndGet();
                MethodTypeDesc signature = call.typeSymbol();
                for (int i = signature.parameterCount() - 1; i >= 0; i--) {
                    pop(code, signature.parameterType(i));
                }
                if (call.opcode() != java.lang.classfile.Opcode.INVOKESTATIC) {
                    code.pop();
                }
                result.accept(code);
            } else {
                code.with(element);
            }
        });
    }

    /** Right after calls of {@code called} in that method, this is done to what they return. */
    static Edit afterCall(String type, String method, String called, Consumer<CodeBuilder> then) {
        return new Edit(type, method, found -> (code, element) -> {
            code.with(element);
            if (element instanceof InvokeInstruction call && call.name().equalsString(called)) {
                found.incrementAndGet();
                then.accept(code);
            }
        });
    }

    /** The method means another constant of the same class. */
    public static Edit constant(String type, String method, String from, String to) {
        return new Edit(type, method, found -> (code, element) -> {
            if (element instanceof FieldInstruction field
                    && field.opcode() == java.lang.classfile.Opcode.GETSTATIC
                    && field.name().equalsString(from)) {
                found.incrementAndGet();
                code.getstatic(field.owner().asSymbol(), to, field.typeSymbol());
            } else {
                code.with(element);
            }
        });
    }

    private static void pop(CodeBuilder code, ClassDesc type) {
        if (TypeKind.from(type).slotSize() == 2) {
            code.pop2();
        } else {
            code.pop();
        }
    }
}
