import { Metrics } from './metrics.js';
import { prometheusText } from './prometheus-text.js';

describe('metrics as Prometheus reads them', () => {
  it('counts by labels', () => {
    const metrics = new Metrics();
    for (const outcome of ['accepted', 'accepted', 'retry'])
      metrics.counter('answers_total', 'Answers.').add({ outcome });
    expect(prometheusText(metrics.families())).toBe(
      '# HELP answers_total Answers.\n# TYPE answers_total counter\n' +
        'answers_total{outcome="accepted"} 2\nanswers_total{outcome="retry"} 1\n',
    );
  });

  it('puts a duration into every bucket that is wide enough for it', () => {
    const metrics = new Metrics();
    for (const seconds of [0.05, 0.5, 9])
      metrics.histogram('took_seconds', 'Took.', [0.1, 1]).observe({ provider: 'smtp' }, seconds);
    expect(prometheusText(metrics.families()).split('\n').slice(2, 7)).toEqual([
      'took_seconds_bucket{provider="smtp",le="0.1"} 1',
      'took_seconds_bucket{provider="smtp",le="1"} 2',
      'took_seconds_bucket{provider="smtp",le="+Inf"} 3',
      'took_seconds_sum{provider="smtp"} 9.55',
      'took_seconds_count{provider="smtp"} 3',
    ]);
  });

  it('cannot be broken out of by a label or a help text', () => {
    const samples = [{ labels: { name: 'a"\n\\' }, value: 1 }];
    expect(prometheusText([{ name: 'x', help: 'one\ntwo', type: 'gauge', samples }])).toBe(
      '# HELP x one\\ntwo\n# TYPE x gauge\nx{name="a\\"\\n\\\\"} 1\n',
    );
  });

  it('leaves out what has no value', () => {
    expect(prometheusText([{ name: 'x', help: 'X.', type: 'gauge', samples: [] }])).toBe('');
  });
});
