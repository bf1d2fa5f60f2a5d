import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The role of API requests had been given every table there was, those of the installation too, and whatever anybody may execute. No
 * request reads which workers are alive or what the installation notes of itself, or makes partitions: it cannot any more.
 */
export class RequestsKeepOut1763740000070 implements MigrationInterface {
  name = 'RequestsKeepOut1763740000070';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      REVOKE ALL ON installation, workers, migrations FROM touchmap_request;
      REVOKE EXECUTE ON FUNCTION ensure_month_partitions(integer) FROM PUBLIC`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`
      GRANT EXECUTE ON FUNCTION ensure_month_partitions(integer) TO PUBLIC;
      GRANT SELECT, INSERT, UPDATE, DELETE ON installation, workers, migrations TO touchmap_request`);
  }
}
