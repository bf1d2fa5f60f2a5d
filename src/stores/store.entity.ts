import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { StoreSettings } from './store-settings.js';

/** A store: one shop, whose rows nobody else sees. */
@Entity('stores')
export class StoreEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  key!: string;

  @Column('text')
  name!: string;

  /** Only what the store has set; defaults are filled in when read. */
  @Column('jsonb', { default: {} })
  settings!: Partial<StoreSettings>;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt!: Date;
}
