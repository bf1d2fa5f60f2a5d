import { Column, CreateDateColumn, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { Scenario } from '../domain/scenario-schema.js';
import { ScenarioEntity } from './scenario.entity.js';

/** What was published once: never changed, because runs are pinned to it. */
@Entity('scenario_versions')
export class ScenarioVersionEntity {
  @PrimaryColumn('uuid', { name: 'store_id' })
  storeId!: string;

  @PrimaryColumn('text', { name: 'scenario_key' })
  scenarioKey!: string;

  @PrimaryColumn('integer')
  version!: number;

  /** With its defaults filled in and its durations in ISO 8601. */
  @Column('jsonb')
  document!: Scenario;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', default: () => 'clock_timestamp()' })
  createdAt!: Date;

  @ManyToOne(() => ScenarioEntity)
  @JoinColumn([
    { name: 'store_id', referencedColumnName: 'storeId', foreignKeyConstraintName: 'scenario_versions_scenario' },
    { name: 'scenario_key', referencedColumnName: 'key', foreignKeyConstraintName: 'scenario_versions_scenario' },
  ])
  scenario?: Relation<ScenarioEntity>;
}
