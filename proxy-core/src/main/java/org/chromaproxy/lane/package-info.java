/**
 * Ordered execution: one lane per collection and instance, and one catalog lane per instance.
 *
 * <h2>The protocol</h2>
 *
 * A record comes here once it is committed to the log, in LSN order. All lanes of one subject form a {@link
 * org.chromaproxy.lane.LaneGroup}, in which one instance leads:
 *
 * <ol>
 *   <li>Each lane has one record at its head, and sends nothing else. What of it is on the way, or may be, is in doubt.
 *   <li>The leader's answer decides the head: applied, or refused for good. A refusal, and the giving up of a record that no
 *       instance can apply, is durable before its client is told of it.
 *   <li>Followers are sent a record only when it is decided, and never one that is refused.
 *   <li>A record leaves a lane when its instance has applied it or rightly never will. The cursor behind it is made durable lazily, at
 *       the latest before something is sent that does not commute with what was sent since ({@link org.chromaproxy.lane.DoubtWindow}):
 *       so whatever a crash has executed twice is the same as once.
 *   <li>A catalog record's effect on the mappings is committed together with the cursor of the lane that executed it ({@link
 *       org.chromaproxy.lane.Unsettled}).
 *   <li>A change of leader is durable before it takes effect, and begins only when what the old leader has executed is durable.
 *   <li>An instance that may hold something else than the leader is compared before it is read or leads; one that does has
 *       diverged and is taken out of the group.
 * </ol>
 *
 * <h2>States of a lane</h2>
 *
 * {@link org.chromaproxy.lane.LaneState} is what the lane is at with its head; an answer, a commit or the end of a pause frees it, and
 * whoever comes back after that finds that the step is over ({@link org.chromaproxy.lane.Lane}). Beside it four gates close a lane:
 * it is detached (takes no part), held (a copy fills it), compared (stands still for a comparison), or at a barrier (a deletion or
 * a copy waits for it there). {@link org.chromaproxy.lane.HeadAttempts} is what has become of the head so far.
 *
 * <h2>Events</h2>
 *
 * An offered record, an answer or the end of a connection, a commit of the log, a page or a body read from it, an instance that goes
 * up or down, the end of a pause, and a tick every second. After each of them the lane does all it can ({@code Lanes.pump}).
 *
 * <h2>Who is who</h2>
 *
 * {@code LaneRegistry} is the only door from other threads; it makes lanes when they are needed and lets them go. A group is made of
 * {@code Intake} (how records come in), {@code Dispatch} (sending), {@code Faults} and {@code Silence} (when that fails), {@code
 * Passage} (how records leave), {@code Leadership} and {@code Lingering}; these see it as {@code Lanes} and each other not at all.
 * What a record means is for {@code LaneSemantics} to say: {@code CollectionSemantics} with {@code GivingUp}, {@code Returns} and
 * others, {@code CatalogSemantics} with a {@code CatalogOp} for each kind of record.
 *
 * <h2>Threads and imports</h2>
 *
 * A group is confined to one event loop. Its whole world is the log's interfaces and
 * {@link org.chromaproxy.lane.LaneIo}, of which {@link org.chromaproxy.lane.NettyLaneIo} is the real one.
 *
 * <p>Imports {@code admit}, {@code capability}, {@code catalog}, {@code completion}, {@code http}, {@code instance},
 * {@code merge}, {@code route}, {@code scan}, {@code time}, {@code transport}, {@code upstream}, {@code wal.append},
 * {@code wal.record} and {@code wal.recovery}. {@code transport} is for {@code NettyLaneIo} only.
 */
@NullMarked
package org.chromaproxy.lane;

import org.jspecify.annotations.NullMarked;
