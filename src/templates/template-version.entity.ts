import { Column, CreateDateColumn, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { CompiledTemplate } from './compile/compiled-template.js';
import { TemplateEntity } from './template.entity.js';
import type { TemplateSources } from './template-sources.js';

/** What was published once: never changed, so that a letter can always be explained. */
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

  @ManyToOne(() => TemplateEntity)
  @JoinColumn([
    { name: 'store_id', referencedColumnName: 'storeId', foreignKeyConstraintName: 'template_versions_template' },
    { name: 'template_key', referencedColumnName: 'key', foreignKeyConstraintName: 'template_versions_template' },
  ])
  template?: Relation<TemplateEntity>;
}
