import { writeSync } from 'node:fs';

/** What happens at a point: the process is killed, is stopped until SIGCONT, or the call throws as a broken connection does. */
export type FaultAction = 'kill' | 'stop' | 'break';

interface Fault {
  readonly point: string;
  readonly action: FaultAction;
  readonly probability: number;
  readonly draw: () => number;
}

/** Seeded faults at named points of a program: `FAULT=point:action:probability:seed`, several separated by commas. */
export class Faults {
  private hasStopped = false;

  private constructor(private readonly faults: readonly Fault[]) {}

  static parse(text = ''): Faults {
    return new Faults(
      text
        .split(',')
        .filter((part) => part !== '')
        .map((part) => {
          const [point = '', action, probability, seed] = part.split(':');
          if (action !== 'kill' && action !== 'stop' && action !== 'break') throw new Error(`no such fault: ${part}`);
          return { point, action, probability: Number(probability), draw: seededRandom(Number(seed)) };
        }),
    );
  }

  /** Passes a point: perhaps for the last time. A name ending in `*` stands for every point that begins so. */
  at(point: string): void {
    for (const { point: name, action, probability, draw } of this.faults)
      if (isAt(name, point) && draw() < probability && !this.hasStopped) {
        this.hasStopped = action === 'stop'; // once: whoever lets it go on wants to see it go on
        act(action, point);
      }
  }
}

/** Mulberry32: the same seed draws the same numbers. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function isAt(name: string, point: string): boolean {
  return name.endsWith('*') ? point.startsWith(name.slice(0, -1)) : name === point;
}

function act(action: FaultAction, point: string): void {
  if (action === 'break') throw new Error('Connection terminated unexpectedly');
  writeSync(1, `fault ${point}\n`); // at once: nothing that is buffered survives
  process.kill(process.pid, action === 'kill' ? 'SIGKILL' : 'SIGSTOP');
  // The signal may take a moment to arrive; nothing of ours may run on until then.
  if (action === 'kill') for (;;);
}
