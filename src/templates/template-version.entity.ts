import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';
import type { CompiledTemplate } from './compile/compiled-template.js';
import type { TemplateSources } from './template-sources.js';

/** What was published once: never changed and never deleted, not even with its template, as letters are put together of it. */
@Entity('template_versions')
export class TemplateVersionEntity {
  @PrimaryColumn('uuid', { name: 'store_id' })
  storeId!: string;

  @PrimaryColumn('text', { name: 'template_key' })
  templateKey!: string;

  @PrimaryColumn('integer')
  version!: number;

  @Column('jsonb')
  sources!: TemplateSources;

  @Column('jsonb', { select: false })
  compiled!: CompiledTemplate;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', default: () => 'clock_timestamp()' })
  createdAt!: Date;
}
