import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describeIf } from '../support/needs.js';
import { Service, temporaryDirectory, until } from '../support/service.js';
import { LiveShop, QUICK } from './support/live-shop.js';
import { PostgresServer } from './support/postgres-server.js';
import { FakeProvider } from './support/provider.js';

const MEGABYTES = 140;

/** A small disk of its own: root's privilege. Undefined where mounting is not permitted. */
function smallDisk(): string | undefined {
  const at = mkdtempSync(path.join(os.tmpdir(), 'touchmap-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${MEGABYTES}m`, 'tmpfs', at], { stdio: 'ignore' });
    chmodSync(at, 0o755);
    return at;
  } catch {
    rmSync(at, { recursive: true });
    return undefined;
  }
}

const disk = smallDisk();

describeIf('a disk that is full', disk !== undefined, () => {
  const ballast = path.join(disk!, 'ballast');
  let dir: Awaited<ReturnType<typeof temporaryDirectory>>;
  let postgres: PostgresServer;
  let provider: FakeProvider;
  let service: Service;
  let shop: LiveShop;

  beforeAll(async () => {
    dir = await temporaryDirectory();
    provider = await FakeProvider.start();
    // The log of changes lies elsewhere: a server that cannot write that stops at once, which other tests are about.
    postgres = await PostgresServer.start(['max_wal_size=64MB', 'autovacuum=off'], {
      dataIn: disk!,
      walElsewhere: true,
    });
    service = await Service.start(dir.path, { ...QUICK, SENDGRID_API_URL: provider.url, DATABASE_URL: postgres.url });
    shop = await LiveShop.open(service, provider);
  });
  afterAll(async () => {
    await service?.end('SIGKILL');
    await postgres?.close();
    await provider?.close();
    await dir?.remove();
    execFileSync('umount', ['-l', disk!]);
    rmSync(disk!, { recursive: true, force: true });
  });

  it('makes events 503 and the process not ready, says so, stores nothing by halves, and everything works again when there is room', async () => {
    await shop.cartTaken('before');
    expect(await shop.lettersOf(['before'])).toEqual([1]);
    await fill(ballast);
    const refused: string[] = [];
    // Pages that the tables have already are still written to; sooner or later a new one is needed.
    await until(
      async () => {
        const name = `full-${refused.length}`;
        const { status } = await shop.cart(name);
        expect([202, 503]).toContain(status);
        refused.push(name);
        return status === 503;
      },
      () => 'the disk is never full',
    );
    expect(service.output).toMatch(/ingest.unavailable|could not be stored for now/);
    expect(service.child.exitCode).toBeNull();
    for (let probe = 1; probe <= 3; probe++) expect(await shop.ready()).toBe(503);
    await rm(ballast);
    await shop.becomesReady();
    for (const name of refused) await shop.cartTaken(name);
    expect(await shop.lettersOf(refused)).toEqual(refused.map(() => 1));
    await shop.becomesReady();
  });
});

async function fill(file: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (;;) await handle.write(Buffer.alloc(64 * 1024));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    await handle.close();
  }
}
