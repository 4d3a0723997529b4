package io.spillway.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Part;
import io.spillway.run.SyntheticExport;
import io.spillway.support.RepositoryFixture;
import io.spillway.support.Spillway;
import io.spillway.support.StubElasticsearch;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Engine exports as the command runs them, from a repository of snapshots and from a server that a stub stands for. */
@Timeout(120)
@Tag("slow")
class EngineSourcesTest {
    @TempDir
    private Path temporary;

    @Test
    void partsOfARepositoryAreThoseOfAPlainExport() throws Exception {
        Path repository = RepositoryFixture.unpack(temporary.resolve("repository"));
        Path plain = repositorySchedule(repository, "plain");
        Path apart = repositorySchedule(repository, "apart");
        Spillway.run("export", plain.toString()).succeeded();
        ThreadEngine engine = new ThreadEngine(2, SliceTask::run);
        assertThat(EngineExport.export(new String[] {apart.toString()}, engine)).isZero();

        Manifest found = manifest("apart");
        Manifest expected = manifest("plain");
        assertThat(found.documents()).isEqualTo(expected.documents()).isPositive();
        assertThat(hashes(found)).isEqualTo(hashes(expected));
        assertThat(found.source()).isEqualTo(expected.source());
        assertThat(engine.tasks).hasSize(5);
    }

    private Path repositorySchedule(Path repository, String name) throws Exception {
        return Files.writeString(
                temporary.resolve(name + ".yaml"), """
                dataset: %s
                source: {snapshot-repository: {directory: %s}, index: 'records,other', slices: 5}
                destinations: [{directory: %s}]
                """.formatted(name, repository, temporary.resolve(name)));
    }

    @Test
    void aRepositoryThatIsDamagedBeforeTheCommitIsNotPublished() throws Exception {
        Path repository = RepositoryFixture.unpack(temporary.resolve("repository"));
        Path schedule = repositorySchedule(repository, "apart");
        ThreadEngine engine = new ThreadEngine(2, SliceTask::run);
        int exitCode = EngineExport.export(new String[] {schedule.toString()}, (tasks, receiver) -> {
            engine.accept(tasks, receiver);
            damage(repository);
        });
        assertThat(exitCode).isEqualTo(30);
        assertThat(SyntheticExport.tree(temporary.resolve("apart"))).noneMatch(name -> name.contains("manifest.json"));
    }

    /** Changes a byte in each blob, whichever the tasks have compared. */
    private static void damage(Path repository) {
        try (Stream<Path> files = Files.walk(repository.resolve("indices"))) {
            for (Path file : files.filter(each -> each.getFileName().toString().startsWith("__"))
                    .toList()) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length / 2] ^= 1;
                Files.write(file, bytes);
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everyNameThatTheServerGaveToAPointInTimeIsClosed() throws Exception {
        try (StubElasticsearch server = StubElasticsearch.of(200, 2)) {
            server.namePits(number -> "pit-" + number);
            Path schedule = Files.writeString(
                    temporary.resolve("stub.yaml"), """
                    dataset: stub
                    source: {elasticsearch: %s, index: books, slices: 2}
                    destinations: [{directory: %s}]
                    """.formatted(server.url(), temporary.resolve("stub")));
            ThreadEngine engine = new ThreadEngine(2, SliceTask::run);
            assertThat(EngineExport.export(new String[] {schedule.toString()}, engine))
                    .isZero();

            List<String> learned = engine.results.stream()
                    .map(EngineSourcesTest::learned)
                    .flatMap(String::lines)
                    .toList();
            assertThat(learned).hasSize(2).doesNotHaveDuplicates();
            assertThat(server.closed()).containsAll(learned).doesNotHaveDuplicates();
            assertThat(manifest("stub").documents()).isEqualTo(200);
        }
    }

    private static String learned(String result) {
        try {
            return TaskResult.of(result, 0).learned();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aTaskNeitherOpensNorClosesAPointInTime() throws Exception {
        try (StubElasticsearch server = StubElasticsearch.of(50, 2)) {
            Path schedule = Files.writeString(
                    temporary.resolve("stub.yaml"), """
                    dataset: stub
                    source: {elasticsearch: %s, index: books, slices: 2}
                    destinations: [{directory: %s}]
                    """.formatted(server.url(), temporary.resolve("stub")));
            int[] closedByTasks = new int[1];
            ThreadEngine tasks = new ThreadEngine(2, SliceTask::run);
            assertThat(EngineExport.export(new String[] {schedule.toString()}, (all, receiver) -> {
                        int before = server.calls().size();
                        tasks.accept(all, receiver);
                        closedByTasks[0] = server.closed().size();
                        assertThat(server.calls().subList(before, server.calls().size()))
                                .allMatch(call -> call.asksFor("/_search"));
                    }))
                    .isZero();
            assertThat(server.opened()).isEqualTo(1);
            assertThat(closedByTasks[0]).isZero();
            assertThat(server.closed()).hasSize(1);
        }
    }

    @Test
    void sigtermEndsTheDriverWith130AndLeavesNothing() throws Exception {
        Path repository = RepositoryFixture.unpack(temporary.resolve("repository"));
        Path schedule = repositorySchedule(repository, "apart");
        Process driver = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BlockedDriver.class.getName(),
                        schedule.toString())
                .redirectError(temporary.resolve("err").toFile())
                .start();
        try {
            assertThat(new String(
                            driver.getInputStream().readNBytes(BlockedDriver.RUNNING.length()), StandardCharsets.UTF_8))
                    .isEqualTo(BlockedDriver.RUNNING);
            driver.destroy();
            assertThat(driver.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(driver.exitValue())
                    .as(Files.readString(temporary.resolve("err")))
                    .isEqualTo(130);
            assertThat(SyntheticExport.tree(temporary.resolve("apart")))
                    .noneMatch(name -> name.contains("incomplete") || name.contains("manifest.json"));
        } finally {
            driver.destroyForcibly();
        }
    }

    /** A driver whose engine runs one task, and then waits until it is cancelled. */
    static final class BlockedDriver {
        static final String RUNNING = "running";

        public static void main(String[] args) {
            System.exit(EngineExport.export(args, (tasks, receiver) -> {
                try {
                    receiver.accept(0, SliceTask.run(tasks.get(0), "first"));
                    System.out.print(RUNNING);
                    System.out.flush();
                    Thread.sleep(Long.MAX_VALUE);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
    }

    private static List<String> hashes(Manifest manifest) {
        return manifest.parts().stream().map(Part::sha256).toList();
    }

    private Manifest manifest(String name) throws Exception {
        try (Stream<Path> dumps = Files.list(temporary.resolve(name).resolve(name))) {
            Path dump = dumps.filter(each -> each.getFileName().toString().startsWith("20"))
                    .filter(each -> !Files.isSymbolicLink(each))
                    .findFirst()
                    .orElseThrow();
            try (InputStream in = Files.newInputStream(dump.resolve(Manifest.FILE_NAME))) {
                return ManifestJson.read(in, dump.toString());
            }
        }
    }
}
