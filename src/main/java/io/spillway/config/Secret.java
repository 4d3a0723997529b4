package io.spillway.config;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A password, a key or a token, which only {@link #reveal()} returns: it prints as {@code ****}, and Jackson refuses to
 * serialize it. It comes from {@code ${env:NAME}} or {@code ${file:PATH}} and is never part of a file or a command line
 * itself.
 */
@JsonSerialize(using = Secret.Refusal.class)
public final class Secret {
    static final String PATTERN = "^\\$\\{(env:[A-Za-z_][A-Za-z0-9_]*|file:[^}]+)\\}$";
    static final String EXPECTED = "must be ${env:NAME} or ${file:PATH}, never the secret itself";

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env:([A-Za-z_][A-Za-z0-9_]*)|file:([^}]+))\\}");

    /** Far larger than any key or certificate; keeps a wrong path from filling the heap. */
    private static final int MAX_FILE_BYTES = 64 * 1024;

    private final String value;

    private Secret(String value) {
        this.value = value;
    }

    /**
     * Resolves {@code ${env:NAME}} from this process' environment, or reads {@code ${file:PATH}} (UTF-8, at most 64
     * KiB, without a final line end; a relative path starts at the working directory). Throws {@link
     * IllegalArgumentException}, with a message that never quotes a value, on any other text and if the variable or the
     * file is missing or empty.
     */
    public static Secret parse(String reference) {
        return parse(reference, System::getenv);
    }

    static Secret parse(String reference, Environment environment) {
        Matcher matcher = REFERENCE.matcher(reference);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(EXPECTED);
        }
        String variable = matcher.group(2);
        return new Secret(variable == null ? fromFile(matcher.group(3)) : fromVariable(variable, environment));
    }

    /** The value itself. Pass it on; do not store or print it. */
    public String reveal() {
        return value;
    }

    private static String fromVariable(String name, Environment environment) {
        String value = environment.get(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(
                    "environment variable " + name + (value == null ? " is not set" : " is empty"));
        }
        return value;
    }

    private static String fromFile(String name) {
        String value = readFile(name);
        String trimmed = value.endsWith("\n") ? value.substring(0, value.length() - 1) : value;
        trimmed = trimmed.endsWith("\r") ? trimmed.substring(0, trimmed.length() - 1) : trimmed;
        if (trimmed.isEmpty()) {
            throw new IllegalArgumentException("secret file " + name + " is empty");
        }
        return trimmed;
    }

    private static String readFile(String name) {
        try (InputStream in = Files.newInputStream(Path.of(name))) {
            // Not by the file size, which a named pipe, such as a shell's <(...), does not have.
            byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
            if (bytes.length > MAX_FILE_BYTES) {
                throw new IllegalArgumentException("secret file " + name + " is larger than 64KiB");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (NoSuchFileException missing) {
            throw new IllegalArgumentException("secret file " + name + " does not exist", missing);
        } catch (CharacterCodingException binary) {
            throw new IllegalArgumentException("secret file " + name + " is not UTF-8", binary);
        } catch (IOException | InvalidPathException failed) {
            throw new IllegalArgumentException("secret file " + name + " cannot be read", failed);
        }
    }

    /** Takes the same time for any text of the same length. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Secret secret
                && MessageDigest.isEqual(
                        value.getBytes(StandardCharsets.UTF_8), secret.value.getBytes(StandardCharsets.UTF_8));
    }

    /** The same for every secret, so that a printed hash reveals nothing. */
    @Override
    public int hashCode() {
        return 1;
    }

    @Override
    public String toString() {
        return "****";
    }

    /** Also fails if a mapper is configured to use private fields or to allow empty beans. */
    static final class Refusal extends StdSerializer<Secret> {
        Refusal() {
            super(Secret.class);
        }

        @Override
        public void serialize(Secret value, JsonGenerator out, SerializerProvider provider) throws IOException {
            throw JsonMappingException.from(out, "secrets cannot be serialized");
        }
    }
}
