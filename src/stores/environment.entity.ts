import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A store's live or sandbox side. */
@Entity('environments')
export class EnvironmentEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'store_id' })
  storeId!: string;

  @Column('text')
  mode!: 'live' | 'sandbox';

  @Column('text')
  clock!: 'real' | 'virtual';

  @Column('timestamptz', { name: 'virtual_now', nullable: true })
  virtualNow!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt!: Date;
}
