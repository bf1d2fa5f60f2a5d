import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Policies stand on the partitioned tables and hold for whoever goes through them; a partition named by itself has none. Requests
 * have no right to the partitions, therefore; those made later never have one, as their owner makes them.
 */
export class PartitionsClosed1763740000050 implements MigrationInterface {
  name = 'PartitionsClosed1763740000050';

  async up(q: QueryRunner): Promise<void> {
    await q.query(eachPartition('REVOKE ALL ON %s FROM touchmap_request'));
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(eachPartition('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO touchmap_request'));
  }
}

function eachPartition(statement: string): string {
  return `DO $$ DECLARE part regclass; BEGIN
    FOR part IN SELECT oid FROM pg_class
      WHERE relispartition AND relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
    LOOP EXECUTE format('${statement}', part); END LOOP; END $$`;
}
