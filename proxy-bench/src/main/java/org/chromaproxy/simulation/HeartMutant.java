package org.chromaproxy.simulation;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import org.chromaproxy.drill.mutant.Edit;
import org.chromaproxy.drill.mutant.Mutant;

/** Hearts that lack one guard each: a simulation that does not notice proves nothing of that guard. */
enum HeartMutant {
    /** A record is sent beside others that are not behind the durable cursor, whether or not it commutes with them. */
    ALL_COMMUTE(yes("lane.DoubtWindow", "admits")),
    /** Every instance is read at any time. */
    READ_ANYWHERE(Mutant.READ_ANYWHERE),
    /** Nobody is told that a record is about to be sent: followers are read that lack it. */
    SENT_UNSEEN(nothing("catalog.ReadGate", "sending")),
    /** A server's failure counts as done. */
    FAULT_IS_DONE(Mutant.FAULT_IS_DONE),
    /** A server's failure counts as its refusal. */
    FAULT_IS_REFUSAL(Mutant.FAULT_IS_REFUSAL),
    /** The word of something on the way counts as done. */
    FOREIGN_IS_DONE(constant("lane.Verdict", "of", "UNRECOGNIZED", "APPLIED")),
    /** A busy server counts as one that has executed it. */
    BUSY_IS_DONE(constant("lane.Verdict", "notDone", "BUSY", "APPLIED")),
    /** Followers are sent what was refused. */
    REFUSED_GOES_ON(Mutant.REFUSED_GOES_ON),
    /** Neighbours are merged whatever their kind. */
    MERGED_UNLIKE(Mutant.MERGED_UNLIKE),
    /** Of what is merged only the first is sent. */
    MERGED_FIRST_ONLY(Mutant.MERGED_FIRST_ONLY),
    /** D4: what is decided meanwhile is not asked when a record is given up or refused. */
    DECIDED_MEANWHILE(without("lane.Lanes", "overtaken", "decided", CodeBuilder::iconst_0)),
    /** An old leader's late answer decides. */
    LATE_ANSWER(no("lane.LaneGroup", "leftToAnother")),
    /** D5: a late list of matches replaces the one that was committed. */
    RESOLVED_TWICE(no("lane.LimitedDelete$Resolving", "tooLate")),
    /** What was under way when an instance went away is not compared. */
    GONE_UNSUSPECTED(nothing("lane.Returns", "gone")),
    /** What the leader refused, and another may have executed, is not compared. */
    REFUSED_UNSUSPECTED(nothing("lane.Returns", "refused")),
    /** Nobody remembers what an instance may have been sent. */
    NOTHING_SENT(no("lane.Lane", "mayHave")),
    /** D1: nothing is ever pending, so that a start leaves out what a follower lacks. */
    NOTHING_PENDING(Edit.body(
            "org.chromaproxy.lane.Lane",
            "oldestPending",
            code -> code.ldc(Long.MAX_VALUE).lreturn())),
    /** An answer of the catalog is stored after the cursor that passes its record. */
    ANSWER_LATER(without("lane.CatalogSemantics", "complete", "keepsOutcome", CodeBuilder::iconst_0)),
    /** A start does not know what deletions were under way. */
    DELETIONS_FORGOTTEN(without("lane.Deletions", "restored", "logged", HeartMutant::nothing)),
    /** Writes behind a deletion do not wait for it. */
    BEHIND_A_DELETION(no("catalog.CollectionEntry", "waitsForDelete")),
    /** A create or deletion that took its effect is given up all the same. */
    EFFECT_UNSEEN(no("lane.NameReadBack", "executed")),
    /** Read back without another write before. */
    NO_BARRIER(Edit.body(
            "org.chromaproxy.lane.Barrier",
            "pass",
            code -> code.getstatic(ClassDesc.of("java.lang.Boolean"), "TRUE", ClassDesc.of("java.lang.Boolean"))
                    .invokestatic(
                            ClassDesc.of("java.util.concurrent.CompletableFuture"),
                            "completedFuture",
                            MethodTypeDesc.of(
                                    ClassDesc.of("java.util.concurrent.CompletableFuture"), ConstantDescs.CD_Object))
                    .areturn())),
    /** Equal everywhere is taken for executed nowhere. */
    EQUAL_IS_ABSENT(without("lane.GivingUp", "readBack", "absent", CodeBuilder::iconst_1)),
    /** A collection is deleted before the cursors of its lanes are durable. */
    DELETED_UNFLUSHED(yes("lane.Cursors", "flushed")),
    /** The lanes of a collection do not stand when it is deleted. */
    NO_DRAIN(yes("lane.Drain", "done")),
    /** What an earlier process may have told as done is given up by whoever leads now. */
    GIVEN_UP_BY_ANOTHER(no("lane.GivingUp", "handsBack")),
    /** A start leaves undecided what was logged as its collection went. */
    LEFT_BEHIND(nothing("lane.LaneRegistry", "leftBehind")),
    /** An instance that may lack its last writes leads before it is compared. */
    LEADS_UNCOMPARED(no("lane.Returns", "mayNotLead")),
    /** One that may have lost what it had answered leads as soon as one that has only still to be sent something. */
    LOST_LIKE_ANY(no("lane.Suspects", "mayLack")),
    /** What was given up without an instance is compared with it only as long as the process lives. */
    PASSED_IN_MEMORY(nothing("lane.GivingUp", "passes")),
    /** A deletion that an instance has executed already waits there for what was written before. */
    EXECUTED_UNSEEN(no("lane.LastWrites", "executed")),
    /** Catalog records go beside all that is not durable. */
    BESIDE_ALL(yes("lane.Passage", "goesBeside")),
    /** S3: a request that is never answered is waited for without an end. */
    WAITS_FOR_EVER(nothing("lane.Silence", "reset")),
    /** After such a request the head is sent again at once. */
    SENT_AT_ONCE(yes("lane.Silence", "mayGo")),
    /** A new leader decides before what the old one has executed is durable. */
    LEAD_AT_ONCE(without("lane.Leadership", "settled", "isEmpty", CodeBuilder::iconst_1));

    private static final String PROXY = "org.chromaproxy.";

    @SuppressWarnings("ImmutableEnumChecker") // Set once; its functions keep no state.
    private final List<Edit> edits;

    /** The same that the drill has to notice. */
    HeartMutant(Mutant drills) {
        this.edits = drills.edits();
    }

    HeartMutant(Edit... edits) {
        this.edits = List.of(edits);
    }

    List<Edit> edits() {
        return edits;
    }

    private static Edit yes(String type, String method) {
        return Edit.body(PROXY + type, method, code -> code.iconst_1().ireturn());
    }

    private static Edit no(String type, String method) {
        return Edit.body(PROXY + type, method, code -> code.iconst_0().ireturn());
    }

    private static Edit nothing(String type, String method) {
        return Edit.body(PROXY + type, method, CodeBuilder::return_);
    }

    private static void nothing(CodeBuilder code) {
        // A call without a result leaves nothing.
    }

    private static Edit without(
            String type, String method, String called, java.util.function.Consumer<CodeBuilder> result) {
        return Edit.withoutCall(PROXY + type, method, called, result);
    }

    private static Edit constant(String type, String method, String from, String to) {
        return Edit.constant(PROXY + type, method, from, to);
    }
}
