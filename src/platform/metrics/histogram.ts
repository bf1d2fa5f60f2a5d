import type { Family, Sample } from './prometheus-text.js';

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly counts: number[];
  sum: number;
  count: number;
}

/** Counts durations by upper bound, so that quantiles can be told over several processes. */
export class Histogram {
  private readonly series = new Map<string, Series>();

  constructor(
    private readonly name: string,
    private readonly help: string,
    private readonly bounds: readonly number[],
  ) {}

  observe(labels: Readonly<Record<string, string>>, seconds: number): void {
    const key = JSON.stringify(labels);
    let series = this.series.get(key);
    if (!series) this.series.set(key, (series = { labels, counts: this.bounds.map(() => 0), sum: 0, count: 0 }));
    const bound = this.bounds.findIndex((upper) => seconds <= upper);
    if (bound >= 0) series.counts[bound]!++;
    series.sum += seconds;
    series.count++;
  }

  family(): Family {
    const samples = [...this.series.values()].flatMap((series) => this.samplesOf(series));
    return { name: this.name, help: this.help, type: 'histogram', samples };
  }

  private samplesOf({ labels, counts, sum, count }: Series): Sample[] {
    let below = 0;
    const buckets = this.bounds.map((upper, i) => ({
      suffix: '_bucket',
      labels: { ...labels, le: String(upper) },
      value: (below += counts[i]!),
    }));
    return [
      ...buckets,
      { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
      { suffix: '_sum', labels, value: sum },
      { suffix: '_count', labels, value: count },
    ];
  }
}
