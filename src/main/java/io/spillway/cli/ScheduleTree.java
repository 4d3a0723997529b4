package io.spillway.cli;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Turns options into the tree that a schedule file would have, by the keys that {@link SetsKey} gives them. */
final class ScheduleTree {
    static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** The name of the option that sets a key, by the key's pointer; {@code *} is any index of a list. */
    private final Map<String, String> options = new HashMap<>();

    private final List<Class<?>> holders;

    /** A tree of the options that these classes declare. */
    ScheduleTree(Class<?>... holders) {
        this.holders = List.of(holders);
        this.holders.stream().flatMap(ScheduleTree::keyed).forEach(field -> {
            for (String pointer : keys(field)) {
                options.put(pointer, name(field));
            }
        });
    }

    /** The option that sets the key with this pointer; empty if none does. */
    Optional<String> option(String pointer) {
        return Optional.ofNullable(options.get(pointer.replaceAll("/\\d+(?=/|$)", "/*")));
    }

    /** Whether one of the classes declares the option. */
    boolean has(String option) {
        return holders.stream()
                .flatMap(holder -> Stream.of(holder.getDeclaredFields()))
                .map(field -> field.getAnnotation(Option.class))
                .filter(Objects::nonNull)
                .anyMatch(each -> List.of(each.names()).contains(option));
    }

    /** Sets the key of each option of {@code holder} that has one key, outside of lists, and was set. */
    static void fill(ObjectNode schedule, Object holder) {
        keyed(holder.getClass()).filter(ScheduleTree::isDirect).forEach(field -> {
            Object value = value(field, holder);
            if (isSet(value)) {
                JsonPointer pointer = JsonPointer.compile(keys(field)[0]);
                schedule.withObject(pointer.head()).set(pointer.last().getMatchingProperty(), JSON.valueToTree(value));
            }
        });
    }

    /** Sets a key unless the value is null. */
    static void put(ObjectNode node, String key, @Nullable Object value) {
        if (value != null) {
            node.set(key, JSON.valueToTree(value));
        }
    }

    private static Stream<Field> keyed(Class<?> holder) {
        return Stream.of(holder.getDeclaredFields()).filter(field -> field.isAnnotationPresent(SetsKey.class));
    }

    private static String[] keys(Field field) {
        return field.getAnnotation(SetsKey.class).value();
    }

    private static boolean isDirect(Field field) {
        return keys(field).length == 1 && !keys(field)[0].contains("*");
    }

    private static String name(Field field) {
        return field.getAnnotation(Option.class).names()[0];
    }

    private static boolean isSet(@Nullable Object value) {
        return !(value == null
                || value.equals(false)
                || (value instanceof Collection<?> list && list.isEmpty())
                || (value instanceof Map<?, ?> map && map.isEmpty()));
    }

    private static @Nullable Object value(Field field, Object holder) {
        try {
            field.setAccessible(true);
            return field.get(holder);
        } catch (IllegalAccessException e) {
            throw new AssertionError(field + " cannot be read", e);
        }
    }
}
