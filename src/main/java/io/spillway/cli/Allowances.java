package io.spillway.cli;

/**
 * What the operator lets through, for one run.
 *
 * @param empty  a dump without documents
 * @param shrink a dump with fewer documents or bytes than the gate allows, or with a common field that nobody has any more
 * @param schema a dump without a field of the dump before, or with one of another type
 */
record Allowances(boolean empty, boolean shrink, boolean schema) {
    /** What the schedule says, no more. */
    static final Allowances NONE = new Allowances(false, false, false);
}
