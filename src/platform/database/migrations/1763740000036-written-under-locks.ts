import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Three more references that every letter paid for (docs/adr/0016): a run is written under the lock of its person, a letter in the
 * transaction that writes its run, evidence beside its person or under their lock. Of people and runs nothing deletes but the reset of
 * a sandbox, which takes along everything that hangs on them. A run's version keeps its foreign key: scenarios can be deleted.
 */
export class WrittenUnderLocks1763740000036 implements MigrationInterface {
  name = 'WrittenUnderLocks1763740000036';

  async up(q: QueryRunner): Promise<void> {
    await q.query('ALTER TABLE consents DROP CONSTRAINT consents_contact');
    await q.query('ALTER TABLE enrollments DROP CONSTRAINT enrollments_contact');
    await q.query('ALTER TABLE messages DROP CONSTRAINT messages_enrollment');
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE messages ADD CONSTRAINT messages_enrollment FOREIGN KEY (environment_id, enrollment_id)
      REFERENCES enrollments (environment_id, id)`);
    await q.query(`ALTER TABLE enrollments ADD CONSTRAINT enrollments_contact FOREIGN KEY (environment_id, contact_id)
      REFERENCES contacts (environment_id, id)`);
    await q.query(`ALTER TABLE consents ADD CONSTRAINT consents_contact FOREIGN KEY (environment_id, contact_id)
      REFERENCES contacts (environment_id, id)`);
  }
}
