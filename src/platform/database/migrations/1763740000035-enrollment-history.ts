import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A run's steps lie together as they were written: one row a time that the run moved, with all its steps, where each step was a
 * row of its own. A letter's way through a chain writes five steps at two times, and rows cost more than what stands in them.
 * `enrollment_steps` shows them one by one as before; whoever looks through it needs the right to see the history's rows.
 */
export class EnrollmentHistory1763740000035 implements MigrationInterface {
  name = 'EnrollmentHistory1763740000035';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE TABLE enrollment_history (
        environment_id uuid NOT NULL,
        enrollment_id uuid NOT NULL,
        id uuid NOT NULL,
        -- Lists of id, pass, round, step, outcome, reason, at, due at.
        steps jsonb NOT NULL,
        PRIMARY KEY (environment_id, enrollment_id, id)
      );
      INSERT INTO enrollment_history (environment_id, enrollment_id, id, steps)
      SELECT environment_id, enrollment_id, (array_agg(id ORDER BY id))[1],
        jsonb_agg(jsonb_build_array(id, pass, round, step_id, outcome, reason, at, due_at) ORDER BY id)
      FROM enrollment_steps GROUP BY environment_id, enrollment_id;
      DROP TABLE enrollment_steps;
      GRANT SELECT, INSERT, UPDATE, DELETE ON enrollment_history TO touchmap_request, touchmap_engine;
      ALTER TABLE enrollment_history ENABLE ROW LEVEL SECURITY;
      ALTER TABLE enrollment_history FORCE ROW LEVEL SECURITY;
      CREATE POLICY enrollment_history_request ON enrollment_history TO touchmap_request
        USING (environment_id = nullif(current_setting('app.environment', true), '')::uuid);
      CREATE POLICY enrollment_history_engine ON enrollment_history TO touchmap_engine USING (true) WITH CHECK (true);
      CREATE VIEW enrollment_steps WITH (security_invoker = true) AS
      SELECT h.environment_id, h.enrollment_id, (s.step ->> 0)::uuid AS id, (s.step ->> 1)::integer AS pass,
        (s.step ->> 2)::integer AS round, s.step ->> 3 AS step_id, s.step ->> 4 AS outcome, s.step ->> 5 AS reason,
        (s.step ->> 6)::timestamptz AS at, (s.step ->> 7)::timestamptz AS due_at
      FROM enrollment_history AS h CROSS JOIN LATERAL jsonb_array_elements(h.steps) AS s (step);
      GRANT SELECT ON enrollment_steps TO touchmap_request, touchmap_engine`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`
      ALTER VIEW enrollment_steps RENAME TO enrollment_steps_shown;
      CREATE TABLE enrollment_steps (
        environment_id uuid NOT NULL,
        enrollment_id uuid NOT NULL,
        id uuid NOT NULL,
        pass integer NOT NULL,
        round integer NOT NULL,
        step_id text,
        outcome text NOT NULL,
        reason text,
        at timestamptz NOT NULL,
        due_at timestamptz,
        PRIMARY KEY (environment_id, enrollment_id, id)
      );
      INSERT INTO enrollment_steps SELECT * FROM enrollment_steps_shown;
      DROP VIEW enrollment_steps_shown;
      DROP TABLE enrollment_history;
      GRANT SELECT, INSERT, UPDATE, DELETE ON enrollment_steps TO touchmap_request, touchmap_engine;
      ALTER TABLE enrollment_steps ENABLE ROW LEVEL SECURITY;
      ALTER TABLE enrollment_steps FORCE ROW LEVEL SECURITY;
      CREATE POLICY enrollment_steps_request ON enrollment_steps TO touchmap_request
        USING (environment_id = nullif(current_setting('app.environment', true), '')::uuid);
      CREATE POLICY enrollment_steps_engine ON enrollment_steps TO touchmap_engine USING (true) WITH CHECK (true)`);
  }
}
