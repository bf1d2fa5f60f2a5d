import fs from 'node:fs/promises';
import path from 'node:path';
import { WrongSettings } from '../../config/read-env.js';

const USUAL = ['postgres', 'node', 'nobody'];

/** The system account that the server runs as when we are root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

/**
 * The account that the server runs as, because PostgreSQL refuses to run as root; undefined when we are not root. A cluster that is
 * there keeps its owner, whatever accounts came since (Debian's postgresql brings one). For a new one it is the account `wanted`,
 * else one that exists nearly everywhere.
 * @throws WrongSettings when there is no unprivileged account of the wanted name
 */
export async function serverAccount(cluster: string | null, wanted: string | undefined): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = await unprivileged();
  const owner = cluster === null ? undefined : await ownerOf(cluster, accounts);
  if (owner) return owner;
  const found = (wanted ? [wanted] : USUAL).flatMap((name) => accounts.filter((account) => account.name === name))[0];
  if (found) return found;
  throw new WrongSettings(
    wanted
      ? `Wrong settings:\n  EMBEDDED_PG_USER must be an account of this machine that is not root (it is "${wanted}")`
      : `Running as root and no unprivileged account (${USUAL.join(', ')}) exists for PostgreSQL. Set EMBEDDED_PG_USER or DATABASE_URL.`,
  );
}

async function unprivileged(): Promise<Account[]> {
  return (await fs.readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid }) => uid > 0);
}

async function ownerOf(cluster: string, accounts: readonly Account[]): Promise<Account | undefined> {
  const { uid, gid } = await fs.stat(cluster);
  if (uid === 0) return undefined;
  return accounts.find((account) => account.uid === uid) ?? { uid, gid, name: String(uid) };
}

/** Whether the account can pass every directory down to this path (mode bits only, no ACLs). */
export async function canReach(account: Account, target: string): Promise<boolean> {
  for (let at = path.resolve(target); ; at = path.dirname(at)) {
    const { uid, gid, mode } = await fs.stat(at);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if (!(mode & bit)) return false;
    if (at === path.dirname(at)) return true;
  }
}
