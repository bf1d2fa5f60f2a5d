import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { clusterDirectory } from './cluster-directory.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const BY_NODE = [process.execPath, '--enable-source-maps', MAIN];
/** As the README says. */
export const BY_NPM = ['npm', 'start'];

export interface FirstRun {
  readonly url: string;
  readonly store: string;
  readonly liveKey: string;
  readonly testKey: string;
  readonly consoleUrl: string;
}

/** The built service as a process of its own, as `npm start` runs it; for what only processes can show. */
export class Service {
  output = '';

  private constructor(
    readonly child: ChildProcess,
    readonly dataDir: string,
  ) {
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (d: Buffer) => (this.output += d.toString()));
  }

  /** Starts it with these settings and nothing else of ours; does not wait. */
  static async spawn(dataDir: string, env: Record<string, string> = {}, command = BY_NODE): Promise<Service> {
    const settings = { DATA_DIR: dataDir, PORT: String(await freePort()), LOG_LEVEL: 'warn', ...env };
    const { PATH, HOME } = process.env;
    const child = spawn(command[0]!, command.slice(1), {
      env: { ...(PATH ? { PATH } : {}), ...(HOME ? { HOME } : {}), ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Service(child, dataDir);
  }

  /** Starts it and waits until /health/ready says 200. */
  static async start(dataDir: string, env: Record<string, string> = {}, command = BY_NODE): Promise<Service> {
    const service = await Service.spawn(dataDir, env, command);
    await until(
      async () => {
        if (service.child.exitCode !== null) throw new Error(`the service ended:\n${service.output}`);
        return service.isReady();
      },
      () => `the service is not ready:\n${service.output}`,
    );
    return service;
  }

  firstRun(): Promise<FirstRun> {
    return readFile(path.join(this.dataDir, 'first-run.json'), 'utf8').then((text) => JSON.parse(text) as FirstRun);
  }

  async firstRunMode(): Promise<number> {
    return (await stat(path.join(this.dataDir, 'first-run.json'))).mode & 0o777;
  }

  async isReady(): Promise<boolean> {
    try {
      const { url } = await this.firstRun();
      return (await fetch(`${url}/health/ready`)).status === 200;
    } catch {
      return false; // no file yet, or not listening yet
    }
  }

  /** Nobody reads what it writes any more. */
  stopReading(): void {
    for (const stream of [this.child.stdout!, this.child.stderr!]) stream.destroy();
  }

  /** Sends a signal and waits for the end; the exit code, or the signal's name. */
  async end(signal: NodeJS.Signals): Promise<number | string | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill(signal);
      await exit;
    }
    return this.child.exitCode ?? this.child.signalCode;
  }

  /** Waits for an end that comes by itself. */
  async ended(): Promise<number | string | null> {
    if (this.child.exitCode === null && this.child.signalCode === null)
      await new Promise((resolve) => this.child.once('exit', resolve));
    return this.child.exitCode ?? this.child.signalCode;
  }
}

/** A directory of its own that a test removes at its end; a service's cluster may lie in it. */
export async function temporaryDirectory(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const dir = await clusterDirectory('touchmap-');
  return { path: dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

/** Asks until the answer is true; for what another process does in its own time. */
export async function until(claim: () => Promise<boolean>, failure: () => string, seconds = 60): Promise<void> {
  for (const end = Date.now() + seconds * 1_000; !(await claim());) {
    if (Date.now() > end) throw new Error(failure());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
