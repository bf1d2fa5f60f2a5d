import type { MigrationInterface, QueryRunner } from 'typeorm';

const COLUMNS = `h.environment_id, h.enrollment_id, (s.step ->> 0)::uuid AS id, (s.step ->> 1)::integer AS pass,
  (s.step ->> 2)::integer AS round, s.step ->> 3 AS step_id, s.step ->> 4 AS outcome, s.step ->> 5 AS reason,
  (s.step ->> 6)::timestamptz AS at, (s.step ->> 7)::timestamptz AS due_at`;
const STEPS = `FROM enrollment_history AS h CROSS JOIN LATERAL jsonb_array_elements(h.steps) AS s (step)`;

/**
 * A step that was skipped because its condition was undetermined says which field the condition missed: a ninth item in the lists of
 * `enrollment_history`, only where there is something to say.
 */
export class WhatAConditionMissed1763740000071 implements MigrationInterface {
  name = 'WhatAConditionMissed1763740000071';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE OR REPLACE VIEW enrollment_steps WITH (security_invoker = true) AS
      SELECT ${COLUMNS}, s.step ->> 8 AS field ${STEPS}`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`
      DROP VIEW enrollment_steps;
      CREATE VIEW enrollment_steps WITH (security_invoker = true) AS SELECT ${COLUMNS} ${STEPS};
      GRANT SELECT ON enrollment_steps TO touchmap_request, touchmap_engine`);
  }
}
