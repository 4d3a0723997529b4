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
 * A password, a key or a token, which only {@link #reveal()} gives out: it prints as {@code ****} and Jackson refuses
 * to write it. It comes from {@code ${env:NAME}} or {@code ${file:PATH}} and is never itself part of a file or a
 * command line.
 */
@JsonSerialize(using = Secret.Refusal.class)
public final class Secret {
    static final String PATTERN = "^\\$\\{(env:[A-Za-z_][A-Za-z0-9_]*|file:[^}]+)\\}$";
    static final String EXPECTED = "a secret is never in a file: write ${env:NAME} or ${file:PATH}";

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env:([A-Za-z_][A-Za-z0-9_]*)|file:([^}]+))\\}");

    /** Far above any key or certificate; keeps a mistaken path from filling the heap. */
    private static final int MAX_FILE_BYTES = 64 * 1024;

    private final String value;

    private Secret(String value) {
        this.value = value;
    }

    /**
     * Looks up {@code ${env:NAME}} in this process' environment, or reads {@code ${file:PATH}} (UTF-8, at most 64 KiB,
     * without one line end at its end; a relative path starts at the working directory). Fails with {@link
     * IllegalArgumentException}, whose message never quotes a value, on any other text and where the variable or the
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

    /** The value itself. Pass it on, do not keep or print it. */
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
            // Not by its size, which a named pipe, such as a shell's <(...), does not have.
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

    /** Takes as long for a near miss as for any other text of that length. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Secret secret
                && MessageDigest.isEqual(
                        value.getBytes(StandardCharsets.UTF_8), secret.value.getBytes(StandardCharsets.UTF_8));
    }

    /** The same for every secret: a hash that is printed by mistake tells nothing. */
    @Override
    public int hashCode() {
        return 1;
    }

    @Override
    public String toString() {
        return "****";
    }

    /** Fails even where a mapper was told to look at private fields or to let empty beans pass. */
    static final class Refusal extends StdSerializer<Secret> {
        Refusal() {
            super(Secret.class);
        }

        @Override
        public void serialize(Secret value, JsonGenerator out, SerializerProvider provider) throws IOException {
            throw JsonMappingException.from(out, "a secret is never written");
        }
    }
}
