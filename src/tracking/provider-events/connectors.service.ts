import { Injectable } from '@nestjs/common';
import { validate as isUuid } from 'uuid';
import { RequestDatabase, type Scope } from '../../platform/database/request-database.js';
import { NotFound, Unprocessable } from '../../platform/http/domain-error.js';
import { type PageOf, pageOf, type PageQuery, unknownCursor } from '../../platform/http/pages.js';
import { newId } from '../../platform/ids.js';
import type { CreateConnectorDto } from './connector.dto.js';
import { ConnectorEntity } from './connector.entity.js';
import type { ConnectorView, NewConnectorView } from './connector.view.js';
import { formatToken, hashOf, newSecret } from './connector-secret.js';
import { keyText, verificationKey } from './sendgrid-signature.js';

/** Makes, lists and removes the connectors of an environment. */
@Injectable()
export class ConnectorsService {
  constructor(private readonly database: RequestDatabase) {}

  /** Newest first: ids are ordered by time. */
  list(scope: Scope, page: PageQuery): Promise<PageOf<ConnectorView>> {
    const { limit, after } = page;
    if (after && !isUuid(after[0])) throw unknownCursor();
    return this.database.run(scope, async (manager) => {
      const query = manager
        .createQueryBuilder(ConnectorEntity, 'c')
        .where('c.environment_id = :environmentId', scope)
        .orderBy('c.id', 'DESC')
        .limit(limit + 1);
      if (after) query.andWhere('c.id < :id', { id: String(after[0]) });
      return pageOf(await query.getMany(), page, (row) => [row.id], viewOf);
    });
  }

  /** Makes one; the secret of `bounces` is answered once. Throws 422 `invalid_public_key`. */
  create(scope: Scope, { kind, name, publicKey }: CreateConnectorDto): Promise<NewConnectorView> {
    const key = typeof publicKey === 'string' ? verificationKey(publicKey) : null;
    if (kind === 'sendgrid' && key === null)
      throw refused('must be the verification key that SendGrid shows: base64 of a P-256 public key');
    if (kind === 'bounces' && typeof publicKey === 'string')
      throw refused('is only for sendgrid; a connector of bounces gets a secret');
    const secret = kind === 'bounces' ? newSecret() : null;
    return this.database.run(scope, async (manager) => {
      const id = newId();
      await manager.insert(ConnectorEntity, {
        environmentId: scope.environmentId,
        id,
        kind,
        name: name ?? kind,
        publicKey: key && keyText(key),
        secretHash: secret === null ? null : hashOf(secret),
      });
      const row = await manager.findOneByOrFail(ConnectorEntity, { environmentId: scope.environmentId, id });
      return { ...viewOf(row), secret: secret === null ? null : formatToken({ connectorId: id, secret }) };
    });
  }

  /** Removes one: its reports are refused from now on. Throws NotFound. */
  async remove(scope: Scope, id: string): Promise<void> {
    if (!isUuid(id)) throw new NotFound('connector');
    await this.database.run(scope, async (manager) => {
      const { affected } = await manager.delete(ConnectorEntity, { environmentId: scope.environmentId, id });
      if (!affected) throw new NotFound('connector');
    });
  }
}

function refused(detail: string): Unprocessable {
  return new Unprocessable('invalid_public_key', `publicKey ${detail}`, [{ pointer: '/publicKey', detail }]);
}

function viewOf({ id, kind, name, publicKey, createdAt }: ConnectorEntity): ConnectorView {
  const path = kind === 'sendgrid' ? `/hooks/sendgrid/${id}` : '/hooks/bounces';
  return { id, kind, name, path, publicKey, createdAt: createdAt.toISOString() };
}
