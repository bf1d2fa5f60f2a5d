import { type ChildProcess, spawn } from 'node:child_process';
import { until } from '../../support/service.js';
import { CHILD_CACHE, CHILD_FLAGS, childProgram } from './child-program.js';

/** A process of `test/faults/children`. It ends with this one. */
export class Child {
  /** What it wrote, both streams. */
  output = '';
  readonly ended: Promise<void>;

  private constructor(
    readonly process: ChildProcess,
    readonly name: string,
  ) {
    for (const stream of [process.stdout!, process.stderr!])
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.ended = new Promise((resolve) => process.once('close', () => resolve()));
  }

  /** Starts it with these variables and none of ours; `preload` is imported before it. */
  static spawn(name: string, env: Readonly<Record<string, string>>, flags: readonly string[] = []): Child {
    const { PATH = '' } = process.env;
    return new Child(
      spawn(process.execPath, [...flags, ...CHILD_FLAGS, childProgram(name)], {
        env: { PATH, CHILD_CACHE, ...env },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      }),
      name,
    );
  }

  /** Starts it and waits until it says that it is ready. */
  static async start(
    name: string,
    env: Readonly<Record<string, string>>,
    flags: readonly string[] = [],
  ): Promise<Child> {
    const child = Child.spawn(name, env, flags);
    await child.says(/^ready/m);
    return child;
  }

  /** Waits until its output matches. */
  says(what: RegExp): Promise<void> {
    return until(
      () => Promise.resolve(what.test(this.output)),
      () => `${this.name} never said ${what.source}:\n${this.output}`,
    );
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Sends a signal and waits for the end; the exit code, or the signal's name. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string | null> {
    if (this.isRunning) this.process.kill(signal);
    await this.ended;
    return this.process.exitCode ?? this.process.signalCode;
  }
}
