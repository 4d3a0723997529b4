package io.spillway.lanes;

/** How an interrupt waits until a short step is complete. */
public final class Interrupts {
    private Interrupts() {}

    /** A step that an interrupt must not leave half done. */
    @FunctionalInterface
    public interface Step<E extends Exception> {
        /** Takes the step. */
        void take() throws E, InterruptedException;
    }

    /**
     * Takes a step even if this thread is interrupted already: a pending interrupt would close a file that is half
     * written. An interrupt during the step ends it where it waits. In both cases the thread is interrupted afterwards.
     */
    public static <E extends Exception> void shielded(Step<E> step) throws E {
        boolean interrupted = Thread.interrupted();
        try {
            step.take();
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
