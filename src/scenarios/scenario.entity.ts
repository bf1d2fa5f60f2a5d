import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** A scenario as it is being edited: any document that has a key and a name; publishing checks the rest. */
export type ScenarioDraft = Readonly<Record<string, unknown>> & { readonly key: string; readonly name: string };

/** A store's scenario with its draft. */
@Entity('scenarios')
export class ScenarioEntity {
  @PrimaryColumn('uuid', { name: 'store_id' })
  storeId!: string;

  @PrimaryColumn('text')
  key!: string;

  @Column('text')
  name!: string;

  @Column('jsonb')
  draft!: ScenarioDraft;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', default: () => 'clock_timestamp()' })
  createdAt!: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz', default: () => 'clock_timestamp()' })
  updatedAt!: Date;
}
