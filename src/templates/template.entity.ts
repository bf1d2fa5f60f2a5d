import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { TemplateSample, TemplateSources } from './template-sources.js';

/** A store's template as it is being edited. */
@Entity('templates')
export class TemplateEntity {
  @PrimaryColumn('uuid', { name: 'store_id' })
  storeId!: string;

  @PrimaryColumn('text')
  key!: string;

  @Column('text')
  name!: string;

  /** MJML by locale. */
  @Column('jsonb')
  draft!: TemplateSources;

  @Column('jsonb', { nullable: true })
  sample!: TemplateSample | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', default: () => 'clock_timestamp()' })
  createdAt!: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz', default: () => 'clock_timestamp()' })
  updatedAt!: Date;
}
