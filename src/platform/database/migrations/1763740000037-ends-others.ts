import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An exit with `subject` ends runs of other people, also of those who are told of later than the event itself: entering looks for
 * such events. Orders have an index of their own; an event of any other type is marked when it is applied, so that the events that
 * end nobody else's runs, nearly all of them, pay for nothing.
 */
export class EndsOthers1763740000037 implements MigrationInterface {
  name = 'EndsOthers1763740000037';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      -- Null until the event is applied.
      ALTER TABLE storefront_events ADD COLUMN ends_others boolean;
      CREATE INDEX storefront_events_ends_others ON storefront_events (environment_id, type, occurred_at) WHERE ends_others`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('ALTER TABLE storefront_events DROP COLUMN ends_others');
  }
}
