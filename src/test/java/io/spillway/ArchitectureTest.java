package io.spillway;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.spillway.cli.Main;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Which package may import which. A second test for each rule shows that the rule can fail. */
class ArchitectureTest {
    private static final String ROOT = "io.spillway";

    /**
     * The picture, from the top: a package imports from rows below its own, never from its own row or above it. An
     * adapter is below the concept that it implements and counts as part of that concept, except that only {@code run} may
     * import it.
     */
    private static final List<Set<String>> ROWS = List.of(
            Set.of("engine"),
            Set.of("cli"),
            Set.of("daemon"),
            Set.of("run"),
            Set.of("schedule", "demo"),
            Set.of("pipeline", "deliver", "publish", "site", "fresh", "apply"),
            Set.of("notices"),
            Set.of("page", "changes"),
            Set.of("verify", "catalog"),
            Set.of("encode", "compress", "destination", "manifest", "fields"),
            Set.of("parquet"),
            Set.of("source", "dataset"),
            Set.of("json", "progress", "config", "lanes", "libdeflate"),
            Set.of("fault", "files"));

    private static final JavaClasses MAIN = production();

    /** The folder or jar that the program itself runs from. It contains no tests. */
    private static JavaClasses production() {
        try {
            return importer()
                    // Compiled templates are not source code of the project.
                    .withImportOption(location -> !location.contains("/gg/jte/generated/"))
                    // Nor is Lucene 10, for its own class loader.
                    .withImportOption(location -> !location.contains("/lucene10/"))
                    .importPath(Path.of(Main.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI()));
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Libraries are known by name only: reading all their classes would take most of the test's time. */
    private static ClassFileImporter importer() {
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        return new ClassFileImporter();
    }

    @Test
    void packagesFormNoCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void aPackageImportsFromRowsBelowItsOwn() {
        assertThat(upwards(MAIN, ROWS)).isEmpty();
    }

    @Test
    void anImportFromTheSameRowOrAboveIsDetected() {
        assertThat(upwards(MAIN, List.of(Set.of("fault"), everyOtherRow()))).isNotEmpty();
        assertThat(upwards(MAIN, List.of(everyOtherRow(), Set.of("fault")))).isNotEmpty();
    }

    private static Set<String> everyOtherRow() {
        return ROWS.stream()
                .flatMap(Set::stream)
                .filter(name -> !name.equals("fault"))
                .collect(Collectors.toSet());
    }

    @Test
    void everyPackageHasARowInThePicture() {
        Set<String> present = concepts(MAIN);
        Set<String> placed = ROWS.stream().flatMap(Set::stream).collect(Collectors.toCollection(TreeSet::new));
        assertThat(present).isEqualTo(placed);
    }

    @Test
    void onlyTheApplicationOpensAdapters() {
        for (String adapter : adapters(MAIN)) {
            // Server configurations are written by their own command alone.
            onlyFromHereOr(adapter.equals("notices.kit") ? "cli" : "run", adapter)
                    .check(MAIN);
        }
        assertThat(adapters(MAIN))
                .contains(
                        "destination.archive",
                        "destination.s3",
                        "destination.local",
                        "destination.web",
                        "source.aws",
                        "source.elasticsearch",
                        "source.repository",
                        "source.repository.lucene");
    }

    @Test
    void onlyTheCommandLineImportsTheDemo() {
        onlyFromHereOr("cli", "demo").check(MAIN);
    }

    @Test
    void anImportOfAnAdapterByAnotherPackageIsDetected() {
        assertFails(onlyFromHereOr("publish", "destination.local"), MAIN);
    }

    private static ArchRule onlyFromHereOr(String allowed, String home) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + "." + allowed + "..", ROOT + "." + home + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + "." + home + "..");
    }

    @Test
    void eachLibraryHasOneHome() {
        home("source.elasticsearch", "co.elastic..", "org.elasticsearch..", "org.apache.http..")
                .check(MAIN);
        home("cli", "picocli..").check(MAIN);
        home("config", "com.github.victools..", "com.networknt..").check(MAIN);
        home("source.repository", "com.fasterxml.jackson.dataformat.smile..", "com.fasterxml.jackson.dataformat.cbor..")
                .check(MAIN);
        home("parquet", "org.apache.parquet..", "org.apache.hadoop..", "blue.strategic..")
                .check(MAIN);
        homes("com.fasterxml.jackson.dataformat.yaml..", "config", "source.repository")
                .check(MAIN);
        home("source.repository.lucene", "org.apache.lucene..").check(MAIN);
        home("compress", "org.apache.commons.compress.compressors..", "org.tukaani..")
                .check(MAIN);
        homes("com.github.luben..", "compress", "parquet", "source.repository.lucene")
                .check(MAIN);
        home("encode", "de.siegmar..", "org.apache.commons.compress.archivers..")
                .check(MAIN);
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + ".compress..", ROOT + ".encode..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.commons..")
                .check(MAIN);
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".daemon..")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".config.Cron")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.quartz..")
                .check(MAIN);
        home("daemon", "org.eclipse.jetty..", "com.zaxxer..", "io.micrometer..", "org.h2..", "org.postgresql..")
                .check(MAIN);
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + ".destination.s3..", ROOT + ".source.aws..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon.awssdk..")
                .check(MAIN);
        home("page", "gg.jte..").check(MAIN);
        home("publish", "com.dampcake..").check(MAIN);
    }

    @Test
    void onlyTheGzipCodecUsesLibdeflate() {
        libdeflate("io.spillway.compress.Compression").check(MAIN);
        assertFails(libdeflate("io.spillway.compress.EqualPieces"), MAIN);
    }

    private static ArchRule libdeflate(String caller) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".libdeflate..")
                .and()
                .haveNameNotMatching(Pattern.quote(caller) + "([$].*)?")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + ".libdeflate..");
    }

    @Test
    void aLibraryOutsideItsHomeIsDetected() {
        assertFails(home("compress", "picocli.."), MAIN);
        assertFails(home("cli", "org.elasticsearch.."), MAIN);
    }

    private static ArchRule homes(String library, String... homes) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(
                        Stream.of(homes).map(home -> ROOT + "." + home + "..").toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library);
    }

    private static ArchRule home(String home, String... libraries) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "." + home + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(libraries);
    }

    @Test
    void onlyPackagesThatReadOrWriteJsonUseJackson() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        ROOT + ".config..",
                        ROOT + ".encode..",
                        ROOT + ".fields..",
                        ROOT + ".schedule..",
                        ROOT + ".manifest..",
                        ROOT + ".parquet..",
                        ROOT + ".publish..",
                        ROOT + ".destination.archive..",
                        ROOT + ".destination.s3..",
                        ROOT + ".source.elasticsearch..",
                        ROOT + ".source.repository..",
                        ROOT + ".run..",
                        ROOT + ".cli..")
                .should()
                .dependOnClassesThat(jackson())
                .check(MAIN);
    }

    @Test
    void schedulesAndPublishersUseOnlyTheTreeModelOfJackson() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + ".schedule..", ROOT + ".publish..", ROOT + ".run..")
                .should()
                .dependOnClassesThat(jackson().and(DescribedPredicate.not(simpleName("JsonNode"))))
                .check(MAIN);
    }

    @Test
    void onTheCommandLineOnlyTheArgumentsUseJackson() {
        ArchRule rule = noClasses()
                .that()
                .resideInAPackage(ROOT + ".cli..")
                .and()
                .haveSimpleNameNotEndingWith("Arguments")
                .and()
                .doNotHaveSimpleName("ScheduleTree")
                .should()
                .dependOnClassesThat(jackson().and(DescribedPredicate.not(simpleName("JsonNode"))));
        rule.check(MAIN);
        assertFails(
                noClasses().that().resideInAPackage(ROOT + ".cli..").should().dependOnClassesThat(jackson()), MAIN);
    }

    /** Annotations are allowed everywhere. Everything else in Jackson is code. */
    private static DescribedPredicate<JavaClass> jackson() {
        return resideInAPackage("com.fasterxml.jackson..")
                .and(DescribedPredicate.not(resideInAnyPackage(
                        "com.fasterxml.jackson.annotation..", "com.fasterxml.jackson.databind.annotation..")));
    }

    @Test
    void classNamesAreDescriptive() {
        names().check(MAIN);
        assertFails(names(), importer().importClasses(FileUtil.class));
    }

    private static ArchRule names() {
        return noClasses().should().haveNameMatching(".*(Utils?|Manager|Helper|Handler|Impl)");
    }

    @Test
    void onlyMainExitsTheProcess() {
        ends().check(MAIN);
        assertFails(ends(), importer().importClasses(EndsTheProcess.class));
    }

    private static ArchRule ends() {
        return noClasses()
                .that()
                .doNotBelongToAnyOf(Main.class)
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class);
    }

    @Test
    void everyPackageIsNullMarked() {
        List<String> unmarked = new ArrayList<>();
        for (String name : packages(MAIN)) {
            JavaPackage each = MAIN.getPackage(name);
            if (!each.tryGetAnnotationOfType(NullMarked.class).isPresent()) {
                unmarked.add(name);
            }
        }
        assertThat(unmarked).isEmpty();
        assertThat(packages(MAIN)).hasSizeGreaterThan(10);
    }

    @Test
    void aPackageWithoutTheAnnotationIsDetected() {
        JavaPackage tests = importer().importClasses(FileUtil.class).getPackage(ROOT);
        assertThat(tests.tryGetAnnotationOfType(NullMarked.class).isPresent()).isFalse();
    }

    @Test
    void thereIsNoSharedMutableState() {
        Map<String, String> shared = sharedState(MAIN);
        // Its Javadoc gives the reason: a lock of the operating system belongs to the process, not to an object.
        assertThat(shared.keySet()).containsExactly("io.spillway.destination.local.Lock.HELD_HERE");
    }

    @Test
    void sharedMutableStateIsDetected() {
        assertThat(sharedState(importer().importClasses(SharesState.class))).hasSize(2);
    }

    /** Static fields that are not final, or that have a mutable type. */
    private static Map<String, String> sharedState(JavaClasses classes) {
        Map<String, String> found = new TreeMap<>();
        for (JavaClass each : classes) {
            for (JavaField field : each.getFields()) {
                boolean isStatic = field.getModifiers().contains(JavaModifier.STATIC);
                boolean isFinal = field.getModifiers().contains(JavaModifier.FINAL);
                if (isStatic && (!isFinal || existsToBeChanged(field.reflect().getType()))) {
                    found.put(field.getFullName(), field.getRawType().getName());
                }
            }
        }
        return found;
    }

    private static boolean existsToBeChanged(Class<?> type) {
        boolean collection = Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type);
        return (collection && !type.isInterface())
                || ConcurrentMap.class.isAssignableFrom(type)
                || type.getPackageName().startsWith("java.util.concurrent")
                || ThreadLocal.class.isAssignableFrom(type)
                || type == StringBuilder.class;
    }

    @Test
    void onlyOneLoggingApiIsUsed() {
        noClasses()
                .that()
                // Make the lines of the log harmless for a terminal.
                .doNotHaveSimpleName("JsonLogEncoder")
                .and()
                .doNotHaveSimpleName("LogSetup")
                // Ends a message of Lucene, which logs with the JDK.
                .and()
                .doNotHaveFullyQualifiedName("io.spillway.source.repository.lucene.LuceneShard$Readers")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.logging..", "ch.qos.logback..", "org.apache.commons.logging..")
                .check(MAIN);
    }

    @Test
    void thereAreNoThreadLocalsAndDatasetDoesNoInputOrOutput() {
        noFields().should().haveRawType(ThreadLocal.class).check(MAIN);
        classes()
                .that()
                .resideInAPackage(ROOT + ".dataset..")
                .and()
                // Reads the list of licences that is part of the program.
                .doNotHaveSimpleName("SpdxList")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(ROOT + ".dataset..", "java.lang..", "java.util..", "java.time..", "org.jspecify..")
                .check(MAIN);
    }

    private static Set<String> upwards(JavaClasses classes, List<Set<String>> rows) {
        Set<String> found = new TreeSet<>();
        for (JavaClass each : classes) {
            for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass();
                if (!target.getPackageName().startsWith(ROOT + ".")) {
                    continue;
                }
                String from = concept(each);
                String to = concept(target);
                if (!from.equals(to) && row(rows, to) <= row(rows, from)) {
                    found.add(from + " -> " + to + " (" + each.getSimpleName() + " -> " + target.getSimpleName() + ")");
                }
                if (from.equals(to) && areSiblings(each, target)) {
                    found.add(each.getPackageName() + " -> " + target.getPackageName());
                }
                if (from.equals(to) && target.getPackageName().startsWith(each.getPackageName() + ".")) {
                    found.add(each.getPackageName() + " -> its adapter " + target.getPackageName());
                }
            }
        }
        return found;
    }

    /** Two adapters of one concept, such as {@code destination.local} and another adapter in the same row. */
    private static boolean areSiblings(JavaClass one, JavaClass other) {
        String a = one.getPackageName();
        String b = other.getPackageName();
        return !a.equals(b) && !a.startsWith(b + ".") && !b.startsWith(a + ".");
    }

    private static int row(List<Set<String>> rows, String concept) {
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).contains(concept)) {
                return i;
            }
        }
        throw new AssertionError("package " + concept + " has no place in the picture: give it one");
    }

    private static String concept(JavaClass each) {
        return each.getPackageName().substring(ROOT.length() + 1).split("\\.", 2)[0];
    }

    private static Set<String> concepts(JavaClasses classes) {
        return classes.stream().map(ArchitectureTest::concept).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> packages(JavaClasses classes) {
        return classes.stream().map(JavaClass::getPackageName).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> adapters(JavaClasses classes) {
        return packages(classes).stream()
                .map(name -> name.substring(ROOT.length() + 1))
                .filter(name -> name.contains("."))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void assertFails(ArchRule rule, JavaClasses classes) {
        assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> rule.check(classes));
    }

    /** A name that describes nothing. */
    static final class FileUtil {}

    /** Only the entry point may do this. */
    static final class EndsTheProcess {
        static void end() {
            Runtime.getRuntime().halt(1);
        }
    }

    /** No class may have this. */
    static final class SharesState {
        static final AtomicInteger COUNTER = new AtomicInteger();
        static int last;

        static int count() {
            last = COUNTER.incrementAndGet();
            return last;
        }
    }
}
