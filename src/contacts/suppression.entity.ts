import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** An address to which nothing is sent in its environment, whoever has it. */
@Entity('suppressions')
export class SuppressionEntity {
  @PrimaryColumn('uuid', { name: 'environment_id' })
  environmentId: string;

  @PrimaryColumn('text', { name: 'email_key' })
  emailKey: string;

  @Column('text')
  email: string;

  @Column('text')
  reason: string;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;
}
