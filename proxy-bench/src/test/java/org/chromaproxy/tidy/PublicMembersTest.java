package org.chromaproxy.tidy;

import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.core.domain.JavaModifier.STATIC;
import static com.tngtech.archunit.core.domain.JavaModifier.SYNTHETIC;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is public is for others, tests of other packages among them: what only its own package uses is not public. */
class PublicMembersTest {
    /** Called by the JVM, which wants them public. */
    private static final Set<String> ENTRIES = Set.of("main", "premain");

    /** Used by names the compiler does not see: {@code logback.xml}, and calls that are woven into other packages' classes. */
    private static final Set<String> NAMED_ELSEWHERE = Set.of(
            "org.chromaproxy.logging.ExceptionConverter",
            "org.chromaproxy.logging.MessageConverter",
            "org.chromaproxy.drill.mutant.MutantBodies",
            "org.chromaproxy.simulation.Budget");

    private static final Modules MODULES = Modules.read();

    @Test
    void noTypeIsPublicThatOnlyItsOwnPackageUses() {
        Set<JavaClass> inSignatures = typesInSignaturesOfUsedMembers();
        assertNone(MODULES.main()
                .filter(type -> canBeHidden(type) && !inSignatures.contains(type) && !isUsedOutside(type))
                .map(JavaClass::getName));
    }

    @Test
    void noMemberIsPublicThatOnlyItsOwnPackageUses() {
        assertNone(MODULES.main()
                .filter(type -> !type.isInterface() && !NAMED_ELSEWHERE.contains(type.getName()))
                .flatMap(type -> type.getMembers().stream())
                .filter(member -> canBeHidden(member) && !isUsedOutside(member))
                .map(JavaMember::getFullName));
    }

    private static boolean canBeHidden(JavaClass type) {
        return type.getModifiers().contains(PUBLIC)
                && type.getEnclosingClass().filter(JavaClass::isInterface).isEmpty()
                && type.getMethods().stream().noneMatch(method -> ENTRIES.contains(method.getName()))
                && !NAMED_ELSEWHERE.contains(type.getName());
    }

    private static boolean canBeHidden(JavaMember member) {
        Set<JavaModifier> modifiers = member.getModifiers();
        if (!modifiers.contains(PUBLIC) || modifiers.contains(SYNTHETIC) || ENTRIES.contains(member.getName())) {
            return false;
        }
        return switch (member) {
            case JavaMethod method -> !isOfLanguage(method) && !overrides(method);
            case JavaConstructor constructor -> !isCanonical(constructor) && isWritten(constructor);
            default -> !member.getOwner().isEnum() || !member.getModifiers().contains(STATIC) || isPlain(member);
        };
    }

    /** A static field of an enum that is none of its constants. */
    private static boolean isPlain(JavaMember member) {
        return member instanceof JavaField field && !field.getRawType().equals(field.getOwner());
    }

    /** What the language makes public: an accessor of a record, {@code values} and {@code valueOf} of an enum. */
    private static boolean isOfLanguage(JavaMethod method) {
        JavaClass owner = method.getOwner();
        return (owner.isEnum() && Set.of("values", "valueOf").contains(method.getName()))
                || (owner.isRecord()
                        && method.getRawParameterTypes().isEmpty()
                        && owner.tryGetField(method.getName()).isPresent());
    }

    private static boolean overrides(JavaMethod method) {
        return supertypes(method.getOwner())
                .flatMap(type -> type.getMethods().stream())
                .anyMatch(other -> looksLike(method, other));
    }

    /** By the number of parameters only: generic ones are erased differently above and below. */
    private static boolean looksLike(JavaMethod method, JavaMethod other) {
        return other.getName().equals(method.getName())
                && other.getRawParameterTypes().size()
                        == method.getRawParameterTypes().size();
    }

    private static Stream<JavaClass> supertypes(JavaClass type) {
        return Stream.concat(type.getAllRawSuperclasses().stream(), type.getAllRawInterfaces().stream());
    }

    /** A record's constructor of all its components is as visible as the record. */
    private static boolean isCanonical(JavaConstructor constructor) {
        JavaClass owner = constructor.getOwner();
        return owner.isRecord()
                && names(owner.getFields().stream()
                                .filter(field -> !field.getModifiers().contains(STATIC))
                                .map(JavaField::getRawType))
                        .equals(names(constructor.getRawParameterTypes().stream()));
    }

    private static List<String> names(Stream<JavaClass> types) {
        return types.map(JavaClass::getName).sorted().toList();
    }

    /** One that nobody wrote is as visible as its class. */
    private static boolean isWritten(JavaConstructor constructor) {
        JavaClass owner = constructor.getOwner();
        return MODULES.sourceOf(owner).contains("public " + owner.getSimpleName() + "(");
    }

    private static boolean isUsedOutside(JavaClass type) {
        return type.getDirectDependenciesToSelf().stream().anyMatch(use -> isOutside(type, use.getOriginClass()))
                || MODULES.names().isNamedOutside(type.getPackageName(), type.getFullName());
    }

    private static boolean isUsedOutside(JavaMember member) {
        return member.getAccessesToSelf().stream().anyMatch(use -> isOutside(member.getOwner(), use.getOriginOwner()))
                || (member instanceof JavaMethod method && isOverriddenOutside(method))
                || (member instanceof JavaField field && isConstant(field) && isNamedOutside(field));
    }

    private static boolean isOverriddenOutside(JavaMethod method) {
        return method.getOwner().getAllSubclasses().stream()
                .filter(type -> isOutside(method.getOwner(), type))
                .flatMap(type -> type.getMethods().stream())
                .anyMatch(other -> looksLike(method, other));
    }

    /** The compiler copies its value to where it is used: only the sources know of a use. */
    private static boolean isConstant(JavaField field) {
        return field.getModifiers().containsAll(Set.of(STATIC, FINAL))
                && (field.getRawType().isPrimitive()
                        || field.getRawType().getName().equals("java.lang.String"));
    }

    private static boolean isNamedOutside(JavaField field) {
        JavaClass owner = field.getOwner();
        return MODULES.names().isNamedOutside(owner.getPackageName(), owner.getSimpleName() + "." + field.getName());
    }

    private static Set<JavaClass> typesInSignaturesOfUsedMembers() {
        Set<JavaClass> types = new HashSet<>();
        MODULES.main()
                .flatMap(type -> type.getMembers().stream())
                .filter(member -> member.getModifiers().contains(PUBLIC) && isUsedOutside(member))
                .forEach(member -> types.addAll(member.getAllInvolvedRawTypes()));
        return types;
    }

    private static boolean isOutside(JavaClass used, JavaClass user) {
        return !user.getPackageName().equals(used.getPackageName());
    }

    private static void assertNone(Stream<String> unused) {
        assertEquals(
                "",
                unused.sorted().collect(Collectors.joining("\n")),
                "public, and used by no other package: hide them");
    }
}
