package io.spillway.manifest;

/**
 * A file of a dump without documents, such as README.md.
 *
 * @param name   its name in the dump
 * @param bytes  its length
 * @param sha256 lower-case hex
 */
public record SideFile(String name, long bytes, String sha256) {
    /** @throws IllegalArgumentException if a member is missing or impossible */
    public SideFile {
        Required.members("a file", name, sha256);
        Required.fileName(name);
        if (bytes < 0) {
            throw new IllegalArgumentException("file " + name + " has a negative length");
        }
    }

    /**
     * Whether the file only directs programs to the other files: the metalink and the torrent. Both are written after
     * the checksum file and list it; a copy of the dump is complete without them.
     */
    public boolean leadsToOthers() {
        return name.endsWith(".meta4") || name.endsWith(".torrent");
    }
}
