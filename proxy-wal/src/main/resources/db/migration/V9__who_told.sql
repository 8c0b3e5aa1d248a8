-- A write is told as done when its leader has executed it, up to 50 ms before a cursor behind it is durable. After a crash in between the
-- next owner cannot know that it was told; it knows that only the leader of then can have told it. When it lets another instance lead
-- before such records have an outcome, it keeps that here: one line "LSN instance" for the records up to that LSN, beyond those of the
-- line before. Nearly always empty. Additive: older builds neither read nor change it, and what they leave there names LSNs.

ALTER TABLE lane_leader ADD COLUMN tellers text NOT NULL DEFAULT '';
