package dev.sluice.engine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.sluice.engine.flow.Pipeline;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;

/** The order of the engine's packages, and what may happen where. */
class ArchitectureTest {
    private static final String ENGINE = "dev.sluice.engine.";

    /** Lowest first; each imports only those before it. */
    private static final List<String> PACKAGES =
            List.of("change", "source", "sink", "checkpoint", "journal", "route", "metrics", "flow", "config", "vertx");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.sluice.engine");

    @Test
    void eachPackageImportsOnlyThoseBeforeIt() {
        for (int i = 0; i < PACKAGES.size(); i++) {
            String[] later = PACKAGES.subList(i + 1, PACKAGES.size()).stream()
                    .map(name -> ENGINE + name + "..")
                    .toArray(String[]::new);
            if (later.length > 0) {
                noClasses()
                        .that()
                        .resideInAPackage(ENGINE + PACKAGES.get(i) + "..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(later)
                        .allowEmptyShould(true)
                        .check(CLASSES);
            }
        }
    }

    @Test
    void sourceAndSinkDoNotKnowEachOther() {
        noClasses()
                .that()
                .resideInAPackage(ENGINE + "sink..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ENGINE + "source..")
                .check(CLASSES);
    }

    @Test
    void everyPackageHasItsPlaceInTheOrder() {
        assertThat(CLASSES).allSatisfy(each -> assertThat(PACKAGES)
                .anyMatch(name -> each.getPackageName().equals(ENGINE + name)));
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("dev.sluice.engine.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void databasesAreOnlyTouchedByTheCheckpointStore() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ENGINE + "checkpoint")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite..", "org.postgresql..")
                .check(CLASSES);
    }

    @Test
    void vertxIsOnlyKnownToItsOwnPackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ENGINE + "vertx..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vertx..")
                .check(CLASSES);
    }

    @Test
    void onlyThePipelineSubscribes() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Pipeline.class.getName())
                .should()
                .callMethodWhere(onPublisher("subscribe"))
                .check(CLASSES);
        classes()
                .that()
                .haveFullyQualifiedName(Pipeline.class.getName())
                .should()
                .callMethodWhere(onPublisher("subscribe"))
                .check(CLASSES);
    }

    /** But for {@code config}, which closes what it made only to see whether it can be made, on its caller's thread. */
    @Test
    void nothingBlocks() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ENGINE + "config")
                .should()
                .callMethodWhere(onPublisher("block"))
                .orShould()
                .callMethodWhere(onPublisher("blockLast"))
                .orShould()
                .callMethodWhere(onPublisher("blockFirst"))
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaCall<?>> onPublisher(String method) {
        return DescribedPredicate.describe(
                method + "() of a Publisher",
                call -> call instanceof JavaMethodCall
                        && call.getName().equals(method)
                        && call.getTargetOwner().isAssignableTo(Publisher.class));
    }
}
