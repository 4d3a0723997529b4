package io.spillway.source.repository.lucene;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.apache.lucene.codecs.CompoundDirectory;
import org.apache.lucene.codecs.CompoundFormat;
import org.apache.lucene.index.SegmentInfo;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;

/** Opens files that are together in one, with Lucene 9 and with Lucene 10, whose method lacks the last parameter. */
final class CompoundFiles {
    private static final MethodHandle OPEN = find();

    private CompoundFiles() {}

    private static MethodHandle find() {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        String name = "getCompoundReader";
        MethodType type = MethodType.methodType(CompoundDirectory.class, Directory.class, SegmentInfo.class);
        try {
            return lookup.findVirtual(CompoundFormat.class, name, type);
        } catch (NoSuchMethodException lucene9) {
            try {
                MethodHandle found =
                        lookup.findVirtual(CompoundFormat.class, name, type.appendParameterTypes(IOContext.class));
                return MethodHandles.insertArguments(found, 3, IOContext.DEFAULT);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("unknown version of Lucene", e);
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("unknown version of Lucene", e);
        }
    }

    /** The files of a segment that are together in one. The caller closes it. */
    static CompoundDirectory open(CompoundFormat format, Directory directory, SegmentInfo segment) throws IOException {
        try {
            return (CompoundDirectory) OPEN.invokeExact(format, directory, segment);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
