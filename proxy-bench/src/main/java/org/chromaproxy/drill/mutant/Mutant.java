package org.chromaproxy.drill.mutant;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/** The broken proxies, at least one per invariant of the design. */
public enum Mutant {
    /** Log before route: what is told to be committed was never inserted. */
    UNLOGGED(
            1,
            Edit.withoutCall("org.chromaproxy.wal.append.Committer", "transact", "insert", Mutant::nothing),
            Edit.body(
                    "org.chromaproxy.wal.append.Batch",
                    "lone",
                    code -> code.aconst_null().areturn())),

    /** Lane order: the records of one commit reach the lanes last one first. */
    LAST_FIRST(
            2,
            Edit.afterCall(
                    "org.chromaproxy.wal.append.LogWriter",
                    "publish",
                    "entries",
                    code -> code.invokeinterface(
                            ConstantDescs.CD_List, "reversed", MethodTypeDesc.of(ConstantDescs.CD_List)))),

    /**
     * Commuting doubt: nothing ever waits for the durable cursor, which is written on demand only. The latter alone breaks
     * nothing, for then every write that conflicts makes it durable; it leaves much to apply again after a crash.
     */
    ALL_COMMUTE(
            3,
            Edit.body("org.chromaproxy.lane.DoubtWindow", "admits", Mutant::returnTrue),
            Edit.withoutCall("org.chromaproxy.lane.Passage", "pass", "moved", Mutant::nothing)),

    /** Acknowledged is durable: an instance's 500 counts as done. */
    FAULT_IS_DONE(4, Edit.constant("org.chromaproxy.lane.Verdict", "notDone", "FAULT", "APPLIED")),

    /** Only neighbours of one kind are merged: here whatever stands next is. */
    MERGED_UNLIKE(2, Edit.body("org.chromaproxy.lane.Merger$Collecting", "alike", Mutant::returnTrue)),

    /** What is merged is sent whole: here only the first write is, and all count as applied. */
    MERGED_FIRST_ONLY(
            4,
            Edit.first(
                    "org.chromaproxy.merge.Splice",
                    "of",
                    code -> code.aload(0)
                            .iconst_0()
                            .iconst_1()
                            .invokeinterface(
                                    ConstantDescs.CD_List,
                                    "subList",
                                    MethodTypeDesc.of(
                                            ConstantDescs.CD_List, ConstantDescs.CD_int, ConstantDescs.CD_int))
                            .astore(0))),

    /** Reads never go back: every instance may be read at any time. */
    READ_ANYWHERE(5, Edit.body("org.chromaproxy.catalog.ReadGate", "readable", Mutant::returnTrue)),

    /** A refused write goes nowhere: an instance's 500 counts as its refusal. */
    FAULT_IS_REFUSAL(6, Edit.constant("org.chromaproxy.lane.Verdict", "notDone", "FAULT", "REFUSED")),

    /** A refused write goes nowhere: the same, and followers are sent it all the same. */
    REFUSED_GOES_ON(
            6,
            Edit.constant("org.chromaproxy.lane.Verdict", "notDone", "FAULT", "REFUSED"),
            Edit.withoutCall("org.chromaproxy.lane.LaneGroup", "advance", "refused", CodeBuilder::iconst_0)),

    /** Never abandon: a write whose client was told to wait is not executed any more. */
    LATE_IS_DROPPED(
            7,
            Edit.first(
                    "org.chromaproxy.lane.LaneRegistry",
                    "abandon",
                    code -> code.aload(1)
                            .invokestatic(
                                    ClassDesc.of("org.chromaproxy.drill.mutant.MutantBodies"),
                                    "drop",
                                    MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_Object)))),

    /** One id, one effect: no transaction id is ever found taken. */
    NOTHING_TAKEN(
            8,
            Edit.body(
                    "org.chromaproxy.wal.store.PgLogSession",
                    "reserve",
                    code -> code.invokestatic(
                                    ConstantDescs.CD_List, "of", MethodTypeDesc.of(ConstantDescs.CD_List), true)
                            .areturn())),

    /** Protected collections: none is. */
    UNPROTECTED(
            10,
            Edit.body(
                    "org.chromaproxy.catalog.Catalog",
                    "isProtected",
                    code -> code.iconst_0().ireturn())),

    /** One owner: a proxy that lost the log goes on sending and serving. */
    OWNS_FOR_EVER(
            11,
            Edit.body(
                    "org.chromaproxy.main.Engine",
                    "owning",
                    code -> code.invokestatic(
                                    ClassDesc.of("org.chromaproxy.drill.mutant.MutantBodies"),
                                    "always",
                                    MethodTypeDesc.of(ClassDesc.of("java.util.function.BooleanSupplier")))
                            .areturn()),
            Edit.body("org.chromaproxy.main.Engine", "fence", CodeBuilder::return_));

    private final int invariant;

    @SuppressWarnings("ImmutableEnumChecker") // Set once; its functions keep no state.
    private final List<Edit> edits;

    Mutant(int invariant, Edit... edits) {
        this.invariant = invariant;
        this.edits = List.of(edits);
    }

    /** The number, in the design, of the invariant it breaks. */
    int invariant() {
        return invariant;
    }

    /** What it changes. */
    public List<Edit> edits() {
        return edits;
    }

    private static void nothing(CodeBuilder code) {
        // A call without a result leaves nothing.
    }

    private static void returnTrue(CodeBuilder code) {
        code.iconst_1().ireturn();
    }
}
