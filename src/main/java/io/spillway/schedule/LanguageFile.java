package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.spillway.notices.NoticeFolder;
import io.spillway.page.Sentences;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A file with an operator's sentences of one language, read with the schedule that names it.
 *
 * @param path      as it was given
 * @param sentences by key, without problems
 */
public record LanguageFile(String path, Map<String, String> sentences) {
    /** Takes a copy. */
    public LanguageFile {
        sentences = Map.copyOf(sentences);
    }

    /**
     * Reads a file.
     *
     * @param path of the file, relative to the working directory
     * @throws IllegalArgumentException it cannot be used; the message names all reasons
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static LanguageFile of(String path) {
        try {
            Map<String, String> sentences = Sentences.read(Path.of(path));
            NoticeFolder.requireShort(sentences);
            return new LanguageFile(path, sentences);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("must be a path", e);
        }
    }
}
