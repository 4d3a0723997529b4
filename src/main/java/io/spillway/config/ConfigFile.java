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
 * <p>What a file may hold follows from the records, see {@link ConfigSchema}. Every text may hold {@code ${env:NAME}};
 * a {@link Secret} is nothing else. Rules across components stand in the records' compact constructors, as {@link
 * IllegalArgumentException}s whose messages go to the reader as they are; such a constructor runs with the defaults
 * filled in, but may meet null in any component when the file has other problems too.
 */
public final class ConfigFile {
    private ConfigFile() {}

    /** Reads a file with this process' environment; see {@link #read(Path, Class, Environment)}. */
    public static <T extends Record> T read(Path file, Class<T> type) throws SpillwayException {
        return read(file, type, System::getenv);
    }

    /**
     * Reads a file. Fails with {@link Fault#CONFIG} and all problems of the file in one message: one line each, {@code
     * FILE:LINE: /path/of/key: what is wrong}, in the order of lines, and before them their number if there are
     * several. No value of a variable, a secret or the file stands in it.
     */
    public static <T extends Record> T read(Path file, Class<T> type, Environment environment)
            throws SpillwayException {
        return read(text(file), file.toString(), type, environment);
    }

    /**
     * The line, from 1, on which a key of a file begins; a key that is not in the file has the line of what it would be
     * in. For what is found out about a file after it was read.
     *
     * @param key a JSON pointer, {@code /fields/exclude/1}
     */
    public static int line(Path file, String key) throws SpillwayException {
        Problems places = new Problems(file.toString());
        var unused = YamlTree.read(text(file), places);
        return places.lineOf(JsonPointer.compile(key));
    }

    /**
     * Reads a text as if it were a file's, with this process' environment.
     *
     * @param name what to call it in messages
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
            JsonNode schema = ConfigSchema.of(type);
            JsonNode complete = new References(environment, problems).complete(tree.get(), schema, JsonPointer.empty());
            new SchemaCheck(schema, problems).check(complete);
            value = new RecordReader(environment, problems).read(complete, type);
        }
        return value.orElseThrow(problems::failure);
    }

    private static String text(Path file) throws SpillwayException {
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
