package org.chromaproxy.tidy;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.chromaproxy.lane.NettyLaneIo;
import org.chromaproxy.scan.ClientJson;
import org.junit.jupiter.api.Test;

/** The allowed arrows between packages. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.chromaproxy");

    private static final int WIDEST = 3;

    /** Ways to compare that end at the first difference. */
    private static final Set<String> EARLY = Set.of(
            "equals",
            "mismatch",
            "compare",
            "compareTo",
            "compareUnsigned",
            "equalsIgnoreCase",
            "contentEquals",
            "startsWith",
            "endsWith",
            "regionMatches",
            "indexOf",
            "contains");

    @Test
    void packagesFormNoCycles() {
        slices().matching("org.chromaproxy.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    /** A mapper keeps the field names it has met, and clients choose those in bodies and in servers' answers about them. */
    @Test
    void onlyReadersThatKeepNoNamesReadServersAnswers() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "org.chromaproxy.adopt..",
                        "org.chromaproxy.copy..",
                        "org.chromaproxy.downstream..",
                        "org.chromaproxy.exchange..",
                        "org.chromaproxy.health..",
                        "org.chromaproxy.lane..",
                        "org.chromaproxy.scan..",
                        "org.chromaproxy.upstream..")
                .and()
                .doNotHaveFullyQualifiedName(ClientJson.class.getName())
                .should()
                .callMethodWhere(describe(
                        "JSON is read otherwise than by ClientJson",
                        call -> (call.getTargetOwner().isAssignableTo(ObjectMapper.class)
                                        && call.getName().startsWith("read"))
                                || (call.getTargetOwner().isAssignableTo(JsonFactory.class)
                                        && call.getName().startsWith("create")
                                        && call.getName().endsWith("Parser")
                                        && call.getOwner().getMethodCallsFromSelf().stream()
                                                .noneMatch(other ->
                                                        other.getTargetOwner().isEquivalentTo(ClientJson.class)))))
                .check(CLASSES);
    }

    /** Classes that need each other can only be understood together. Nested ones count as one with their outermost. */
    @Test
    void classesFormNoWideCycles() {
        assertEquals(
                List.of(),
                new ClassCycles(CLASSES)
                        .all().stream().filter(cycle -> cycle.size() > WIDEST).toList());
    }

    /** State is changed by its owner: a field is written in the file that declares it. */
    @Test
    void noClassWritesAnothersFields() {
        noClasses()
                .should()
                .setFieldWhere(describe(
                        "it is another's",
                        access -> !ClassCycles.outermost(access.getTargetOwner())
                                .equals(ClassCycles.outermost(access.getOriginOwner()))))
                .check(CLASSES);
    }

    /** What a simulation has to run in its own time, from its own seed, in one thread. */
    @Test
    void lanesMeetTheWorldThroughTheirIoOnly() {
        noClasses()
                .that()
                .resideInAnyPackage("org.chromaproxy.lane..", "org.chromaproxy.instance..", "org.chromaproxy.catalog..")
                .and()
                .doNotBelongToAnyOf(NettyLaneIo.class)
                .should()
                .callMethodWhere(describe("the machine's time or chance is asked, or a thread waits", call -> {
                    String owner = call.getTargetOwner().getFullName();
                    String name = call.getName();
                    return (owner.equals("java.lang.System")
                                    && Set.of("nanoTime", "currentTimeMillis").contains(name))
                            || (owner.equals("java.time.Instant") && name.equals("now"))
                            || (owner.equals("java.util.UUID") && name.equals("randomUUID"))
                            || owner.equals("java.util.concurrent.ThreadLocalRandom")
                            || owner.equals("java.util.concurrent.locks.LockSupport")
                            || owner.equals("java.lang.Thread");
                }))
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("org.chromaproxy.lane..")
                .and()
                .doNotBelongToAnyOf(NettyLaneIo.class)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty.channel..", "io.netty.util.concurrent..", "org.chromaproxy.transport..")
                .check(CLASSES);
    }

    @Test
    void theLogKnowsNoNetty() {
        noClasses()
                .that()
                .resideInAPackage("org.chromaproxy.wal..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(CLASSES);
    }

    @Test
    void theLogKnowsNothingOfTheProxy() {
        noClasses()
                .that()
                .resideInAPackage("org.chromaproxy.wal..")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("org.chromaproxy..").and(not(resideInAPackage("org.chromaproxy.wal.."))))
                .check(CLASSES);
    }

    @Test
    void onlyTheStoreSpeaksSql() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.chromaproxy.wal.store..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.postgresql..", "com.zaxxer..")
                .check(CLASSES);
    }

    @Test
    void onlyTheObserverOfTracesKnowsOpenTelemetry() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.chromaproxy.observe.trace..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.opentelemetry..")
                .check(CLASSES);
    }

    @Test
    void theDataPathKnowsNoObserver() {
        noClasses()
                .that()
                .resideOutsideOfPackages("org.chromaproxy.observe..", "org.chromaproxy.main..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.chromaproxy.observe..")
                .check(CLASSES);
    }

    @Test
    void theDataPathKnowsNoAdministration() {
        noClasses()
                .that()
                .resideInAnyPackage("..lane..", "..exchange..", "..upstream..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..admin..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    /** A comparison that ends at the first difference tells, by its time, how much of a guess was right. */
    @Test
    void secretsAreComparedWhole() {
        noClasses()
                .that()
                .haveSimpleName("Tokens")
                .or()
                .haveSimpleName("Token")
                .should()
                .callMethodWhere(describe(
                        "it ends at the first difference",
                        call -> Set.of(Arrays.class.getName(), String.class.getName())
                                        .contains(call.getTargetOwner().getName())
                                && EARLY.contains(call.getName())))
                .check(CLASSES);
    }
}
