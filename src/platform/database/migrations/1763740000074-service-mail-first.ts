import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Service mail that waits: it is claimed before all other mail, however much of that is due for longer. */
export class ServiceMailFirst1763740000074 implements MigrationInterface {
  name = 'ServiceMailFirst1763740000074';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`CREATE INDEX messages_due_service ON messages (due_at)
      WHERE state = 'planned' AND clock = 'real' AND NOT held AND message_class = 'service'`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('DROP INDEX messages_due_service');
  }
}
