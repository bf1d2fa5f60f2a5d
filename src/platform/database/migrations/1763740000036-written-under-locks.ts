import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Four more references that every letter paid for (docs/adr/0016): a run is written under the lock of its person and reads the
 * version that it names, a letter in the transaction that writes its run, evidence beside its person or under their lock. Versions
 * are never deleted, people and runs only by the reset of a sandbox, with everything that hangs on them.
 */
export class WrittenUnderLocks1763740000036 implements MigrationInterface {
  name = 'WrittenUnderLocks1763740000036';

  async up(q: QueryRunner): Promise<void> {
    await q.query('ALTER TABLE consents DROP CONSTRAINT consents_contact');
    await q.query('ALTER TABLE enrollments DROP CONSTRAINT enrollments_contact, DROP CONSTRAINT enrollments_version');
    await q.query('ALTER TABLE messages DROP CONSTRAINT messages_enrollment');
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE messages ADD CONSTRAINT messages_enrollment FOREIGN KEY (environment_id, enrollment_id)
      REFERENCES enrollments (environment_id, id)`);
    await q.query(`ALTER TABLE enrollments
      ADD CONSTRAINT enrollments_contact FOREIGN KEY (environment_id, contact_id) REFERENCES contacts (environment_id, id),
      ADD CONSTRAINT enrollments_version FOREIGN KEY (store_id, scenario_key, version)
        REFERENCES scenario_versions (store_id, scenario_key, version)`);
    await q.query(`ALTER TABLE consents ADD CONSTRAINT consents_contact FOREIGN KEY (environment_id, contact_id)
      REFERENCES contacts (environment_id, id)`);
  }
}
