import { spawn, type ChildProcess } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** What the first start writes for programs; see the README. */
interface FirstRun {
  readonly url: string;
  readonly liveKey: string;
  readonly testKey: string;
  readonly consoleUrl: string;
}

const ENTRY = fileURLToPath(new URL('../../main.js', import.meta.url));
const POLL_MS = 100;
const POLLS = 600;

/** A Touchmap service of its own for the demo: a fresh database in its own directory, a free port, no other settings. */
export class ServiceProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly firstRun: FirstRun,
  ) {}

  /**
   * Starts the service on an emptied `dataDir` and returns when it is ready.
   * @throws Error with the end of its output when it stops or does not become ready within a minute.
   */
  static async start(dataDir: string, port: number): Promise<ServiceProcess> {
    await rm(dataDir, { recursive: true, force: true });
    const { DATABASE_URL: _database, REDIS_URL: _redis, ROLES: _roles, TRANSPORT: _transport, ...env } = process.env;
    const child = spawn(process.execPath, ['--enable-source-maps', ENTRY], {
      env: { ...env, DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'warn' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (d: Buffer) => (output = (output + d.toString()).slice(-4_000)));
    for (let i = 0; i < POLLS && child.exitCode === null; i++) {
      const firstRun = await readFirstRun(dataDir);
      if (firstRun && (await isReady(firstRun.url))) return new ServiceProcess(child, firstRun);
      await pause(POLL_MS);
    }
    child.kill('SIGTERM');
    throw new Error(`the service did not become ready:\n${output}`);
  }

  /** Ends the service as Ctrl-C would and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await gone;
  }
}

async function readFirstRun(dataDir: string): Promise<FirstRun | undefined> {
  try {
    return JSON.parse(await readFile(path.join(dataDir, 'first-run.json'), 'utf8')) as FirstRun;
  } catch (error) {
    // Not there yet; a half-written file does not exist (it is renamed into place).
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/ready`)).status === 200;
  } catch {
    return false; // not listening yet
  }
}
