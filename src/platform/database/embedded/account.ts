import fs from 'node:fs/promises';
import path from 'node:path';

/** The system account that the server runs as when we are root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

/** PostgreSQL refuses to run as root: an account that exists nearly everywhere. Undefined when we are not root. */
export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = (await fs.readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of [process.env.EMBEDDED_PG_USER, 'postgres', 'node', 'nobody']) {
    const fields = name ? accounts.find(([known]) => known === name) : undefined;
    if (name && fields && Number(fields[2]) > 0) return { uid: Number(fields[2]), gid: Number(fields[3]), name };
  }
  throw new Error(
    'Running as root and no unprivileged account (postgres, node, nobody) exists for PostgreSQL. Set EMBEDDED_PG_USER or DATABASE_URL.',
  );
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
