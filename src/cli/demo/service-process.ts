import { spawn, type ChildProcess } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Env } from '../../platform/config/env.js';
import { settingsOf } from '../../platform/config/setting.js';

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
    const child = spawn(process.execPath, ['--enable-source-maps', ENTRY], {
      env: { ...withoutSettings(process.env), DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'warn' },
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

/** What is set for the service that sends for real is not the demo's; only whose the embedded database is depends on the machine. */
export function withoutSettings(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = new Set(settingsOf(Env).map(({ name }) => name));
  foreign.delete('EMBEDDED_PG_USER');
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !foreign.has(name)));
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
