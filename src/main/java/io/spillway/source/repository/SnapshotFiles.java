package io.spillway.source.repository;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.source.repository.BlobStore.Blob;
import io.spillway.source.repository.MetadataBlob.DamagedException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;

/**
 * The files of one shard of one snapshot, as its {@code snap-UUID.dat} lists them. A file is in one blob, in several parts,
 * or in the list itself.
 */
final class SnapshotFiles implements ShardFiles {
    /** In front of the names of files whose content is in the list. */
    private static final String VIRTUAL = "v__";
    /** Lucene's footer ends with the checksum of everything before it, which is not part of the checksum. */
    private static final int CHECKSUM_LENGTH = Long.BYTES;

    private static final int BUFFER = 1 << 18;

    private final BlobStore store;
    private final String folder;
    private final Map<String, Entry> files = new TreeMap<>();
    private final Set<String> verified = ConcurrentHashMap.newKeySet();
    private int newestLucene;

    /**
     * One file.
     *
     * @param blob     the name of its blob, without the number of a part
     * @param length   in bytes
     * @param checksum in base 36, of everything but itself
     * @param partSize the length of every part but the last
     * @param content  all of the file if it has no blob
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Entry(String blob, long length, String checksum, long partSize, byte[] content) {
        boolean isVirtual() {
            return blob.startsWith(VIRTUAL);
        }

        int parts() {
            return partSize >= length ? 1 : Math.toIntExact((length + partSize - 1) / partSize);
        }

        String part(int number) {
            return parts() == 1 ? blob : blob + ".part" + number;
        }

        long partLength(int number) {
            return parts() == 1 ? length : Math.min(partSize, length - number * partSize);
        }
    }

    /**
     * The files in a list.
     *
     * @param folder of the shard
     * @param list   the content of its {@code snap-UUID.dat}
     * @throws DamagedException if an entry is incomplete
     */
    SnapshotFiles(BlobStore store, String folder, JsonNode list) throws DamagedException {
        this.store = store;
        this.folder = folder;
        for (JsonNode file : list.path("files")) {
            String name = file.path("physical_name").asText();
            long length = file.path("length").asLong(-1);
            long partSize = file.path("part_size").asLong(Long.MAX_VALUE);
            Entry entry = new Entry(
                    file.path("name").asText(),
                    length,
                    file.path("checksum").asText(),
                    partSize,
                    content(file.path("meta_hash")));
            if (name.isEmpty()
                    || entry.blob().isEmpty()
                    || length < 0
                    || partSize < 1
                    || (entry.isVirtual() && entry.content().length != length)) {
                throw new DamagedException("has an incomplete entry for the file \"" + name + "\"");
            }
            files.put(name, entry);
            newestLucene = Math.max(newestLucene, major(file.path("written_by").asText()));
        }
    }

    private static int major(String version) throws DamagedException {
        String major = version.split("\\.", 2)[0];
        if (!major.matches("\\d{1,4}")) {
            throw new DamagedException("has a file written by Lucene \"" + version + "\"");
        }
        return Integer.parseInt(major);
    }

    private static byte[] content(JsonNode hash) throws DamagedException {
        try {
            byte[] content = hash.binaryValue();
            return content == null ? new byte[0] : content;
        } catch (IOException e) {
            throw new DamagedException("has an unreadable meta_hash", e);
        }
    }

    @Override
    public Set<String> names() {
        return files.keySet();
    }

    @Override
    public long length(String name) throws IOException {
        return entry(name).length();
    }

    private Entry entry(String name) throws NoSuchFileException {
        Entry entry = files.get(name);
        if (entry == null) {
            throw new NoSuchFileException(folder + "/" + name, null, "the snapshot does not list this file");
        }
        return entry;
    }

    /** The major version of the newest Lucene that wrote one of the files. */
    int newestLucene() {
        return newestLucene;
    }

    /** Bytes of all blobs. */
    long bytes() {
        return files.values().stream()
                .filter(entry -> !entry.isVirtual())
                .mapToLong(Entry::length)
                .sum();
    }

    /**
     * Compares the blobs with a listing, so that a missing or shortened one is found before anything is read.
     *
     * @throws IOException names the blob
     */
    void requirePresent() throws IOException {
        Map<String, Long> present = store.list(folder);
        for (var file : files.entrySet()) {
            Entry entry = file.getValue();
            for (int part = 0; !entry.isVirtual() && part < entry.parts(); part++) {
                Long length = present.get(entry.part(part));
                if (length == null) {
                    throw new NoSuchFileException(
                            folder + "/" + entry.part(part), null, "of the file " + file.getKey());
                } else if (length != entry.partLength(part)) {
                    throw new DamagedException("%s/%s of the file %s has %d bytes, expected %d"
                            .formatted(folder, entry.part(part), file.getKey(), length, entry.partLength(part)));
                }
            }
        }
    }

    @Override
    public Content open(String name) throws IOException {
        Entry entry = entry(name);
        if (entry.isVirtual()) {
            return new InList(entry.content());
        }
        List<Blob> parts = new ArrayList<>();
        boolean opened = false;
        try {
            for (int part = 0; part < entry.parts(); part++) {
                parts.add(store.open(folder + "/" + entry.part(part), entry.partLength(part)));
            }
            opened = true;
            return new InBlobs(entry, parts);
        } finally {
            if (!opened) {
                InBlobs.close(parts);
            }
        }
    }

    @Override
    public boolean verify(Iterable<String> names) throws IOException {
        if (store.isRemote()) {
            return false;
        }
        for (String name : names) {
            Entry entry = entry(name);
            // Two threads that need the same file wait for one of them.
            synchronized (entry) {
                if (!verified.contains(name)) {
                    verify(name, entry);
                    verified.add(name);
                }
            }
        }
        return true;
    }

    /** Files whose checksums were compared. */
    Set<String> verified() {
        return Set.copyOf(verified);
    }

    /** Records files whose checksums another process has compared. */
    void markVerified(Collection<String> names) {
        verified.addAll(names);
    }

    private void verify(String name, Entry entry) throws IOException {
        long covered = entry.length() - CHECKSUM_LENGTH;
        if (covered < 0) {
            throw new DamagedException(
                    "%s/%s of the file %s has only %d bytes".formatted(folder, entry.blob(), name, entry.length()));
        }
        CRC32 crc = new CRC32();
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER, Math.max(entry.length(), 1)));
        long stored;
        try (Content content = open(name)) {
            for (long at = 0; at < covered; at += buffer.limit()) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), covered - at));
                content.read(at, buffer, covered);
                crc.update(buffer.flip());
            }
            ByteBuffer footer = ByteBuffer.allocate(CHECKSUM_LENGTH);
            content.read(covered, footer, entry.length());
            stored = footer.getLong(0);
        }
        String found = Long.toString(crc.getValue(), Character.MAX_RADIX);
        if (stored != crc.getValue() || !found.equals(entry.checksum())) {
            throw new DamagedException("%s/%s of the file %s has the checksum %s, expected %s"
                    .formatted(folder, entry.blob(), name, found, entry.checksum()));
        }
    }

    /** A file that the list contains. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record InList(byte[] bytes) implements Content {
        @Override
        public void read(long position, ByteBuffer into, long until) throws IOException {
            if (position + into.remaining() > bytes.length) {
                throw new EOFException("a file in the list of files ends at byte " + bytes.length);
            }
            into.put(bytes, (int) position, into.remaining());
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    /** A file in one or more blobs. */
    private record InBlobs(Entry entry, List<Blob> parts) implements Content {
        @Override
        public void read(long position, ByteBuffer into, long until) throws IOException {
            if (position + into.remaining() > entry.length()) {
                throw new EOFException("%s ends at byte %d".formatted(entry.blob(), entry.length()));
            }
            long at = position;
            int limit = into.limit();
            while (into.position() < limit) {
                int part = parts.size() == 1 ? 0 : (int) (at / entry.partSize());
                long inPart = parts.size() == 1 ? at : at % entry.partSize();
                int count = (int) Math.min(limit - into.position(), entry.partLength(part) - inPart);
                into.limit(into.position() + count);
                parts.get(part).read(inPart, into, Math.min(entry.partLength(part), inPart + until - at));
                at += count;
                into.limit(limit);
            }
        }

        @Override
        public void close() throws IOException {
            close(parts);
        }

        static void close(List<Blob> parts) throws IOException {
            IOException first = null;
            for (Blob part : parts) {
                try {
                    part.close();
                } catch (IOException e) {
                    first = e;
                }
            }
            if (first != null) {
                throw first;
            }
        }
    }
}
