package io.spillway.destination.local;

import io.spillway.fault.SpillwayException;
import java.nio.file.Path;

/** A separate process that takes a lock, prints this, and keeps it until its standard input ends. */
final class LockHolder {

    private LockHolder() {}

    public static void main(String[] args) throws Exception {
        try (Lock lock = LocalDirectory.open(Path.of(args[0])).lock(args[1])) {
            System.out.println("held");
            System.in.transferTo(System.out);
        } catch (SpillwayException e) {
            System.out.println(e.fault());
        }
    }
}
