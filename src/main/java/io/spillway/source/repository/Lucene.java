package io.spillway.source.repository;

import io.spillway.source.repository.ShardReader.UnknownFormatException;

/**
 * Finds the reader of Lucene's files by its name: with Lucene 9, which also reads 8, or with Lucene 10, which also reads 9 and is
 * used for shards that it wrote.
 */
final class Lucene {
    private static final String READERS = "io.spillway.source.repository.lucene.LuceneShard$Readers";
    private static final int OLDER = 9;
    private static final int NEWER = 10;
    private static final int JAVA_OF_NEWER = 21;

    private Lucene() {}

    /**
     * A reader of these files.
     *
     * @param oldest the major version that wrote them at least: an empty shard does not say which one it was
     */
    static ShardReader reader(SnapshotFiles files, int oldest) throws UnknownFormatException {
        int version = Math.max(files.newestLucene(), oldest);
        if (version <= OLDER) {
            return Older.FACTORY.of(files);
        } else if (version > NEWER || !NewerLucene.isPresent()) {
            throw new UnknownFormatException(
                    "it was written by Lucene %d, which this version of Spillway does not read".formatted(version),
                    null);
        } else if (Runtime.version().feature() < JAVA_OF_NEWER) {
            throw new UnknownFormatException(
                    "it was written by Lucene %d, which needs Java %d or newer; this is Java %d"
                            .formatted(version, JAVA_OF_NEWER, Runtime.version().feature()),
                    null);
        }
        return Newer.FACTORY.of(files);
    }

    private static ShardReader.Factory factory(ClassLoader loader) {
        try {
            return Class.forName(READERS, true, loader)
                    .asSubclass(ShardReader.Factory.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(READERS + " cannot be loaded", e);
        }
    }

    /** Loaded when it is first used. */
    private static final class Older {
        private static final ShardReader.Factory FACTORY = factory(Lucene.class.getClassLoader());
    }

    /** Loaded when it is first used. */
    private static final class Newer {
        private static final ShardReader.Factory FACTORY = factory(new NewerLucene());
    }
}
