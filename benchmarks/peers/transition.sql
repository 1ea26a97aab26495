-- The smallest possible transition as one statement: lock the task, close it, open the next, update the run, log, outbox.
-- Tables are made by benchmarks/anchors.py; :tasks is their number.
\set id random(1, :tasks)
WITH locked AS (SELECT id, run_id FROM anchor_task WHERE id = :id FOR UPDATE),
     closed AS (UPDATE anchor_task t SET state = 'done', version = version + 1 FROM locked WHERE t.id = locked.id RETURNING t.run_id),
     opened AS (INSERT INTO anchor_task (run_id, state, version) SELECT run_id, 'open', 1 FROM closed RETURNING id, run_id),
     moved AS (UPDATE anchor_run r SET version = version + 1 FROM closed WHERE r.id = closed.run_id RETURNING r.id),
     logged AS (INSERT INTO anchor_log (run_id, kind, at) SELECT run_id, 'moved', now() FROM closed)
INSERT INTO anchor_outbox (run_id, payload) SELECT run_id, '{"kind": "task.moved"}' FROM closed;
