package io.spillway.pipeline;

import io.spillway.dataset.DumpId;

/**
 * Names the files of parts: once when a part begins, and once when it is complete. Both forms sort in the order of slices and
 * parts within a format. Stateless, safe for many threads.
 */
public interface PartNames {
    /**
     * {@code STEM.nnnnn.EXT}: a part has a work name until its number is certain. Parts are numbered in the order of slices,
     * without gaps, so that a part of a later slice waits for all slices before it.
     */
    static PartNames numbered() {
        return Numbered.INSTANCE;
    }

    /**
     * {@code STEM.ssss-nnnnn.EXT}, slice from 0000 and part from 00001: the name is final when the part begins, and the same
     * for every attempt to read the slice. For slices that run separately, and for parts that leave the disk at once.
     */
    static PartNames bySlice() {
        return BySlice.INSTANCE;
    }

    /**
     * The name of a part that begins.
     *
     * @param slice  its slice, from 0
     * @param index  its format's index
     * @param number its number within slice and format, from 1
     */
    String begun(DumpId dump, int slice, int index, PartFormat format, int number);

    /**
     * The final name of a complete part.
     *
     * @param begun  its name from {@link #begun}
     * @param number its number within the format over all slices, from 1; used only if {@link #inOrder()}
     */
    String complete(DumpId dump, PartFormat format, String begun, int number);

    /** Whether a final name depends on the parts of earlier slices. */
    boolean inOrder();

    /** Numbers at the end. */
    enum Numbered implements PartNames {
        /** The only one. */
        INSTANCE;

        @Override
        public String begun(DumpId dump, int slice, int index, PartFormat format, int number) {
            return "slice-%04d-format-%d-%05d".formatted(slice, index, number);
        }

        @Override
        public String complete(DumpId dump, PartFormat format, String begun, int number) {
            return "%s.%05d.%s".formatted(dump.fileStem(), number, format.extension());
        }

        @Override
        public boolean inOrder() {
            return true;
        }
    }

    /** Names by slice. */
    enum BySlice implements PartNames {
        /** The only one. */
        INSTANCE;

        @Override
        public String begun(DumpId dump, int slice, int index, PartFormat format, int number) {
            return "%s.%04d-%05d.%s".formatted(dump.fileStem(), slice, number, format.extension());
        }

        @Override
        public String complete(DumpId dump, PartFormat format, String begun, int number) {
            return begun;
        }

        @Override
        public boolean inOrder() {
            return false;
        }
    }
}
