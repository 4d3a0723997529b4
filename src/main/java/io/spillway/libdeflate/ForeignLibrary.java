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
 * A native library of the system, called through {@code java.lang.foreign}. The code is compiled for Java 17, which
 * lacks that package: it exists from 22 on, and only this class uses it, by reflection. Addresses and sizes are Java
 * longs, so it works only on 64-bit systems. Thread-safe; stays loaded until the process ends.
 */
final class ForeignLibrary {
    private static final String PACKAGE = "java.lang.foreign.";

    /** The first Java version in which the package is not a preview. */
    private static final int FIRST_JAVA = 22;

    private final Object linker;
    private final Object symbols;

    private ForeignLibrary(Object linker, Object symbols) {
        this.linker = linker;
        this.symbols = symbols;
    }

    /** Why no library can be called from this process; empty if one can. */
    static Optional<String> whyUnsupported() {
        int java = Runtime.version().feature();
        return java < FIRST_JAVA
                ? Optional.of("Java %d or newer can call it, this is %d".formatted(FIRST_JAVA, java))
                : Optional.empty();
    }

    /**
     * Loads the library that the system finds under that name, or the file if it is a path. Fails if it cannot be
     * loaded.
     */
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
     * {@code long}, {@code int} and, for the result, {@code void}. Fails if the library lacks it.
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

    /** Calls a method without parameters that returns a value. */
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

    /** Memory outside the heap for any thread. Closing it frees all of it at once; it must not be used afterwards. */
    static final class Memory implements AutoCloseable {
        private final Object arena;

        /** @throws IllegalStateException if {@link #whyUnsupported()} is not empty */
        Memory() {
            try {
                this.arena = call(null, "Arena", "ofShared");
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Allocates that number of bytes, all zero. */
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

    /** A block of memory: its address for native code, and its buffer for Java. */
    record Block(long address, ByteBuffer bytes) {}
}
