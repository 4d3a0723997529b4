package io.spillway.libdeflate;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A native library of the system, called through {@code java.lang.foreign}. This program is compiled for Java 17, which
 * has no such package: it is there from 22 on and reached by reflection here, and only here. Addresses and sizes are
 * Java longs, so this works where both have 64 bits, and nowhere else. Safe for use by many threads; stays loaded until
 * the process ends.
 */
final class ForeignLibrary {
    private static final String PACKAGE = "java.lang.foreign.";

    /** The first Java in which the package is no preview. */
    private static final int FIRST_JAVA = 22;

    private final Object linker;
    private final Object symbols;

    private ForeignLibrary(Object linker, Object symbols) {
        this.linker = linker;
        this.symbols = symbols;
    }

    /** Why no library at all can be called from this process; empty where one can. */
    static Optional<String> whyUnsupported() {
        int java = Runtime.version().feature();
        return java < FIRST_JAVA
                ? Optional.of("Java %d or newer can call it, this is %d".formatted(FIRST_JAVA, java))
                : Optional.empty();
    }

    /** Loads what the system finds under that name, or the file where it is a path. Fails where that does not load. */
    static ForeignLibrary open(String name) throws IOException {
        try {
            Object linker = call(null, "Linker", "nativeLinker");
            if (!call(layout("ADDRESS"), "ValueLayout", "byteSize").equals(8L)) {
                throw new IOException("addresses of this machine do not have 64 bits");
            }
            Object forever = call(null, "Arena", "global");
            Object symbols = type("SymbolLookup")
                    .getMethod("libraryLookup", String.class, type("Arena"))
                    .invoke(null, name, forever);
            return new ForeignLibrary(linker, symbols);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            throw failure(e);
        }
    }

    /**
     * The function of that name, to be called with {@code invokeExact} and exactly those types, which may be
     * {@code long}, {@code int} and, for the result, {@code void}. Fails where the library has none.
     */
    MethodHandle function(String name, MethodType type) throws IOException {
        try {
            Optional<?> address = (Optional<?>)
                    type("SymbolLookup").getMethod("find", String.class).invoke(symbols, name);
            if (address.isEmpty()) {
                throw new IOException("it has no function " + name);
            }
            Class<?> options = type("Linker$Option").arrayType();
            Object handle = type("Linker")
                    .getMethod("downcallHandle", type("MemorySegment"), type("FunctionDescriptor"), options)
                    .invoke(linker, address.get(), descriptor(type), Array.newInstance(type("Linker$Option"), 0));
            return (MethodHandle) Objects.requireNonNull(handle);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            throw failure(e);
        }
    }

    private static Object descriptor(MethodType type) throws ReflectiveOperationException {
        Class<?> layout = type("MemoryLayout");
        Object parameters = Array.newInstance(layout, type.parameterCount());
        for (int i = 0; i < type.parameterCount(); i++) {
            Array.set(parameters, i, layout(type.parameterType(i)));
        }
        Class<?> descriptor = type("FunctionDescriptor");
        Object made = type.returnType() == void.class
                ? descriptor.getMethod("ofVoid", layout.arrayType()).invoke(null, parameters)
                : descriptor
                        .getMethod("of", layout, layout.arrayType())
                        .invoke(null, layout(type.returnType()), parameters);
        return Objects.requireNonNull(made);
    }

    private static Object layout(Class<?> primitive) throws ReflectiveOperationException {
        return layout(primitive == long.class ? "JAVA_LONG" : "JAVA_INT");
    }

    private static Object layout(String name) throws ReflectiveOperationException {
        return Objects.requireNonNull(type("ValueLayout").getField(name).get(null));
    }

    /** Calls a method that takes nothing and answers something. */
    private static Object call(@Nullable Object on, String type, String method) throws ReflectiveOperationException {
        return Objects.requireNonNull(type(type).getMethod(method).invoke(on));
    }

    private static Class<?> type(String name) throws ClassNotFoundException {
        return Class.forName(PACKAGE + name);
    }

    private static IOException failure(Throwable e) {
        Throwable cause = e instanceof InvocationTargetException && e.getCause() != null ? e.getCause() : e;
        return new IOException(Objects.requireNonNullElse(cause.getMessage(), cause.toString()), cause);
    }

    /** Memory outside the heap that any thread may use. Closing frees all of it at once; nobody may use it then. */
    static final class Memory implements AutoCloseable {
        private final Object arena;

        /** Fails with {@link IllegalStateException} where {@link #whyUnsupported()} has an answer. */
        Memory() {
            try {
                this.arena = call(null, "Arena", "ofShared");
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }

        /** So many bytes, all zero. */
        Block allocate(long bytes) {
            try {
                Object segment = Objects.requireNonNull(
                        type("Arena").getMethod("allocate", long.class).invoke(arena, bytes));
                return new Block((long) call(segment, "MemorySegment", "address"), (ByteBuffer)
                        call(segment, "MemorySegment", "asByteBuffer"));
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof OutOfMemoryError outOfMemory) {
                    throw outOfMemory;
                }
                throw new IllegalStateException(e);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            try {
                type("Arena").getMethod("close").invoke(arena);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** A piece of memory: where it is for native code, and for Java. */
    record Block(long address, ByteBuffer bytes) {}
}
