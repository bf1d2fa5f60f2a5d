import { Child } from './child.js';

/** What a fleet went through. */
export interface FleetFigures {
  /** SIGKILLs by the point at which they came; `anywhere` is a kill from outside. */
  readonly kills: ReadonlyMap<string, number>;
  /** Lives that ended by themselves, because the database was away when they began. */
  readonly failedStarts: number;
}

/** So many processes of one program, each started again at once when it ends. */
export class Fleet {
  private readonly kills = new Map<string, number>();
  private readonly places: (Child | undefined)[];
  private failedStarts = 0;
  private lives = 0;
  private stopping = false;

  /**
   * @param envOf the variables of each life, counted from 0
   * @param killAfterMs from outside, so long after a life is ready, where no point has killed it; Infinity for never
   */
  constructor(
    private readonly program: string,
    size: number,
    private readonly envOf: (life: number) => Readonly<Record<string, string>>,
    private readonly killAfterMs: () => number = () => Infinity,
  ) {
    this.places = Array.from({ length: size });
    for (const place of this.places.keys()) this.begin(place);
  }

  get killed(): number {
    return [...this.kills.values()].reduce((sum, count) => sum + count, 0);
  }

  get figures(): FleetFigures {
    return { kills: this.kills, failedStarts: this.failedStarts };
  }

  /** The last words of the processes that run now. */
  get output(): string {
    return this.places.map((child) => child?.output.slice(-2_000)).join('\n');
  }

  /** Kills every process from outside: the next lives begin at once. */
  killAll(): void {
    for (const child of this.places) child?.process.kill('SIGKILL');
  }

  /** Ends all in good order and starts none again. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.places.flatMap((child) => child?.end('SIGTERM') ?? []));
  }

  private begin(place: number): void {
    if (this.stopping) return;
    const child = Child.spawn(this.program, this.envOf(this.lives++));
    this.places[place] = child;
    let timer: NodeJS.Timeout | undefined;
    child.process.stdout!.once('data', () => {
      const afterMs = this.killAfterMs();
      if (afterMs < Infinity) timer = setTimeout(() => child.process.kill('SIGKILL'), afterMs);
    });
    void child.ended.then(() => {
      clearTimeout(timer);
      if (this.stopping) return;
      if (child.process.signalCode === 'SIGKILL') this.count(/^fault (\S+)$/m.exec(child.output)?.[1] ?? 'anywhere');
      else this.failedStarts++;
      setTimeout(() => this.begin(place), child.process.signalCode === 'SIGKILL' ? 0 : 100);
    });
  }

  private count(point: string): void {
    this.kills.set(point, (this.kills.get(point) ?? 0) + 1);
  }
}
