package io.spillway.config;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a YAML file into records.
 *
 * <p>The records define the content of a file, see {@link ConfigSchema}. Every text may contain {@code ${env:NAME}}; a
 * {@link Secret} must be such a reference. Rules across components are in the records' compact constructors, which
 * throw {@link IllegalArgumentException} with a message that is shown to the reader unchanged; such a constructor runs
 * with the defaults filled in, but any component may be null if the file has other problems too.
 */
public final class ConfigFile {
    private ConfigFile() {}

    /** Reads a file with this process' environment; see {@link #read(Path, Class, Environment)}. */
    public static <T extends Record> T read(Path file, Class<T> type) throws SpillwayException {
        return read(file, type, System::getenv);
    }

    /**
     * Reads a file. Fails with {@link Fault#CONFIG} and one message with all problems of the file: one line each,
     * {@code FILE:LINE: /path/of/key: what is wrong}, ordered by line, preceded by their number if there are several.
     * The message contains no value of a variable, a secret or the file.
     */
    public static <T extends Record> T read(Path file, Class<T> type, Environment environment)
            throws SpillwayException {
        return read(text(file), file.toString(), type, environment);
    }

    /**
     * The line, from 1, on which a key of a file starts; for a missing key the line of its parent. For problems that
     * are found after the file was read.
     *
     * @param key a JSON pointer, {@code /fields/exclude/1}
     */
    public static int line(Path file, String key) throws SpillwayException {
        Problems places = new Problems(file.toString());
        var unused = YamlTree.read(text(file), places);
        return places.lineOf(JsonPointer.compile(key));
    }

    /**
     * Reads a text like a file, with this process' environment.
     *
     * @param name its name in messages
     */
    public static <T extends Record> T readText(String text, String name, Class<T> type) throws SpillwayException {
        return read(text, name, type, System::getenv);
    }

    private static <T extends Record> T read(String text, String name, Class<T> type, Environment environment)
            throws SpillwayException {
        Problems problems = new Problems(name);
        Optional<JsonNode> tree = YamlTree.read(text, problems);
        Optional<T> value = Optional.empty();
        if (tree.isPresent()) {
            JsonNode schema = StoredSchema.of(type);
            JsonNode complete = new References(environment, problems).complete(tree.get(), schema, JsonPointer.empty());
            new SchemaCheck(schema, problems).check(complete);
            value = new RecordReader(environment, problems).read(complete, type);
        }
        return value.orElseThrow(problems::failure);
    }

    /**
     * The text of a file as it is, for {@link #readText}.
     *
     * @throws SpillwayException {@link Fault#CONFIG} if it cannot be read
     */
    public static String text(Path file) throws SpillwayException {
        if (Files.isDirectory(file)) {
            throw unreadable(file, "is a directory, not a file", null);
        }
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException missing) {
            throw unreadable(file, "does not exist", missing);
        } catch (CharacterCodingException binary) {
            throw unreadable(file, "is not UTF-8", binary);
        } catch (IOException failed) {
            throw unreadable(file, "cannot be read (" + failed.getClass().getSimpleName() + ")", failed);
        }
    }

    private static SpillwayException unreadable(Path file, String what, @Nullable IOException cause) {
        return new SpillwayException(
                Fault.CONFIG,
                file + ": " + what,
                "name a schedule file in YAML, such as schedules/journals.yaml",
                cause);
    }
}
