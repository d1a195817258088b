import { describe, expect, it } from '@jest/globals';
import { MetricRegistry } from '../../../src/telemetry/metrics.ts';
import { parseMetrics, sampleValue } from '../../support/prometheus.ts';

const HOSTILE = 'a"b\\c\nd{e="f"} 1\n# TYPE g gauge\n\\n,';

describe('metric registry', () => {
  it('writes the text format to the letter', () => {
    const registry = new MetricRegistry();
    registry.counter('calls_total', 'Calls.', ['user']).with('demo').add(3);
    registry.reading({ name: 'lag', type: 'gauge', help: 'Lag.', labels: [] }, () => [[[], 0.5]]);
    registry.histogram('run_seconds', 'Time.', [], [0.1, 1]).with().observe(0.5);
    expect(registry.text()).toBe(
      [
        '# HELP calls_total Calls.',
        '# TYPE calls_total counter',
        'calls_total{user="demo"} 3',
        '# HELP lag Lag.',
        '# TYPE lag gauge',
        'lag 0.5',
        '# HELP run_seconds Time.',
        '# TYPE run_seconds histogram',
        'run_seconds_bucket{le="0.1"} 0',
        'run_seconds_bucket{le="1"} 1',
        'run_seconds_bucket{le="+Inf"} 1',
        'run_seconds_sum 0.5',
        'run_seconds_count 1',
        '',
      ].join('\n'),
    );
    expect(parseMetrics(registry.text()).map(({ name }) => name)).toEqual(['calls_total', 'lag', 'run_seconds']);
  });

  it('escapes hostile label values and help', () => {
    const registry = new MetricRegistry();
    registry.counter('calls_total', HOSTILE, ['user', 'function']).with(HOSTILE, 'x').add();
    registry.histogram('run_seconds', 'Time.', ['user'], [1]).with(HOSTILE).observe(2);
    const [calls, run] = parseMetrics(registry.text());
    expect(calls).toMatchObject({ help: HOSTILE, samples: [{ labels: { user: HOSTILE, function: 'x' }, value: 1 }] });
    expect(run?.samples[0]).toMatchObject({ labels: { user: HOSTILE, le: '1' }, value: 0 });
  });

  it('puts values that equal a bound into its bucket, and larger ones into the next', () => {
    const registry = new MetricRegistry();
    const histogram = registry.histogram('x_seconds', 'X.', [], [1, 2, 4]).with();
    for (const value of [0, 1, 1.5, 2, 4, 4.5, 1e9]) histogram.observe(value);
    const text = registry.text();
    const bucket = (le: string): number | undefined => sampleValue(text, 'x_seconds_bucket', { le });
    expect([bucket('1'), bucket('2'), bucket('4'), bucket('+Inf')]).toEqual([2, 4, 5, 7]);
    expect([sampleValue(text, 'x_seconds_count'), sampleValue(text, 'x_seconds_sum')]).toEqual([7, 1_000_000_013]);
  });

  it('reads gauges at each scrape, and writes numbers that JSON does not have', () => {
    const registry = new MetricRegistry();
    const values = [1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e21, 1e-9, Number.NaN];
    registry.reading({ name: 'x', type: 'gauge', help: 'X.', labels: ['a'] }, () => [[['b'], values.shift() ?? 0]]);
    const read = (): number | undefined => sampleValue(registry.text(), 'x', { a: 'b' });
    expect([read(), read(), read(), read(), read(), read()]).toEqual([
      1,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      1e21,
      1e-9,
      Number.NaN,
    ]);
  });

  it('makes a series for each last label once', () => {
    const registry = new MetricRegistry();
    const calls = registry.counter('calls_total', 'Calls.', ['user', 'outcome']).by('demo');
    calls('success').add();
    calls('success').add(2);
    calls('TIMEOUT').add();
    expect(parseMetrics(registry.text())[0]?.samples).toEqual([
      { name: 'calls_total', labels: { user: 'demo', outcome: 'success' }, value: 3 },
      { name: 'calls_total', labels: { user: 'demo', outcome: 'TIMEOUT' }, value: 1 },
    ]);
  });
});

describe('strict parser', () => {
  const HEAD = '# HELP a_total A.\n# TYPE a_total counter\n';
  it.each([
    ['without an end', `${HEAD}a_total 1`],
    ['without HELP', '# TYPE a_total counter\na_total 1\n'],
    ['with a metric twice', `${HEAD}a_total 1\n${HEAD}`],
    ['with a series twice', `${HEAD}a_total{a="1",b="2"} 1\na_total{b="2",a="1"} 1\n`],
    ['with a sample of another metric', `${HEAD}b_total 1\n`],
    ['with an open label', `${HEAD}a_total{a="1} 1\n`],
    ['with a bare quote', `${HEAD}a_total{a="1"2"} 1\n`],
    ['with an unknown escape', `${HEAD}a_total{a="\\t"} 1\n`],
    ['with a label twice', `${HEAD}a_total{a="1",a="2"} 1\n`],
    ['with no number', `${HEAD}a_total one\n`],
    ['with a counter below zero', `${HEAD}a_total -1\n`],
    ['with an empty line', `${HEAD}\na_total 1\n`],
    [
      'with a histogram that does not add up',
      '# HELP a A.\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n',
    ],
  ])('refuses text %s', (_why, text) => {
    expect(() => parseMetrics(text)).toThrow();
  });
});
