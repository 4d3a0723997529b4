package io.spillway.engine;

import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ManifestJson;
import io.spillway.source.SnapshotHandle;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.List;
import java.util.Objects;

/**
 * What a process needs to run a slice, as JSON. Contains the schedule's references, never their values.
 *
 * @param slice         number of the slice, from 0
 * @param schedule      the text of the schedule, with unresolved references
 * @param name          of the schedule in messages
 * @param configuration digest of the resolved settings that decide the content of a dump
 * @param lists         paths of lists in Parquet files, as the dump before has them
 * @param folder        the folder for the attempts, with references in place of their values
 * @param snapshot      the frozen snapshot
 */
record TaskText(
        int slice,
        String schedule,
        String name,
        String configuration,
        List<String> lists,
        String folder,
        SnapshotHandle snapshot) {

    /** @throws NullPointerException if a member is missing */
    TaskText {
        Objects.requireNonNull(schedule, "schedule");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(configuration, "configuration");
        Objects.requireNonNull(folder, "folder");
        Objects.requireNonNull(snapshot, "snapshot");
        lists = List.copyOf(lists);
    }

    /** Reads a task. */
    static TaskText of(String text) throws SpillwayException {
        return ManifestJson.read(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                TaskText.class,
                "the text of a task",
                "a task of this version of Spillway");
    }

    /** The tasks of all slices, which differ in their numbers alone; each text is made when it is asked for. */
    List<String> ofEachSlice() {
        String common = ManifestJson.text(this);
        String start = "{\"slice\":";
        String rest = common.substring(common.indexOf(','));
        if (!common.startsWith(start + slice + ",")) {
            throw new IllegalStateException("the text of a task does not begin with its slice");
        }
        int slices = snapshot.slices();
        return new AbstractList<>() {
            @Override
            public String get(int index) {
                return start + Objects.checkIndex(index, slices) + rest;
            }

            @Override
            public int size() {
                return slices;
            }
        };
    }
}
