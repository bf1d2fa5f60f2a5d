import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Who may report what became of letters. */
@Entity('connectors')
export class ConnectorEntity {
  @PrimaryColumn('uuid', { name: 'environment_id' })
  environmentId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  kind!: 'sendgrid' | 'bounces';

  @Column('text')
  name!: string;

  /** Base64 of DER SPKI; of kind `sendgrid` only. */
  @Column('text', { name: 'public_key', nullable: true })
  publicKey!: string | null;

  /** SHA-256 of the secret; of kind `bounces` only. */
  @Column('bytea', { name: 'secret_hash', nullable: true, select: false })
  secretHash!: Buffer | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt!: Date;
}
