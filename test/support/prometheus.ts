/** A series as a scraper sees it. */
export interface ScrapedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with all its samples. */
export interface ScrapedMetric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ScrapedSample[];
}

const HELP = /^# HELP ([a-zA-Z_:][\w:]*) (.*)$/;
const TYPE = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram)$/;
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\n"])*)"(,|$)/y;
const NUMBER = /^(?:[+-]Inf|NaN|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;

/**
 * Reads Prometheus' text format 0.0.4 more strictly than Prometheus does: metrics have HELP, TYPE and samples in this
 * order and in one place, counters end in `_total`, histograms add up, no series is there twice. Throws what is wrong.
 */
export function parseMetrics(text: string): readonly ScrapedMetric[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const metrics: (ScrapedMetric & { readonly samples: ScrapedSample[] })[] = [];
  const series = new Set<string>();
  let help: RegExpExecArray | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const type = TYPE.exec(line);
    if (line.startsWith('# HELP')) help = required(HELP.exec(line), line);
    else if (type !== null) {
      const [, name = '', kind = ''] = type;
      if (help?.[1] !== name || metrics.some((metric) => metric.name === name)) throw new Error(`misplaced: ${line}`);
      metrics.push({ name, type: kind, help: unescaped(help[2] ?? ''), samples: [] });
      help = undefined;
    } else {
      const metric = required(metrics.at(-1), line);
      const sample = parseSample(line);
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
      if (help !== undefined || series.has(key) || !belongs(sample, metric)) throw new Error(`misplaced: ${line}`);
      series.add(key);
      metric.samples.push(sample);
    }
  }
  for (const metric of metrics) checkMetric(metric);
  return metrics;
}

/** The value of one series; undefined when there is none with exactly these labels. */
export function sampleValue(
  text: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = JSON.stringify(Object.entries(labels).sort());
  return parseMetrics(text)
    .flatMap((metric) => metric.samples)
    .find((sample) => sample.name === name && JSON.stringify(Object.entries(sample.labels).sort()) === wanted)?.value;
}

function parseSample(line: string): ScrapedSample {
  const [, name = '', labelText, value = ''] = required(SAMPLE.exec(line), line);
  if (!NUMBER.test(value)) throw new Error(`no number: ${line}`);
  return { name, labels: parseLabels(labelText), value: Number(value.replace('Inf', 'Infinity')) };
}

function parseLabels(text: string | undefined): Record<string, string> {
  const labels: Record<string, string> = {};
  if (text === undefined) return labels;
  LABEL.lastIndex = 0;
  for (let end = ','; end === ','; ) {
    const [, name = '', value = '', separator = ''] = required(LABEL.exec(text), text);
    if (Object.hasOwn(labels, name)) throw new Error(`label twice: ${text}`);
    labels[name] = unescaped(value);
    end = separator;
  }
  return labels;
}

function belongs({ name, labels }: ScrapedSample, metric: ScrapedMetric): boolean {
  if (metric.type !== 'histogram') return name === metric.name && !('le' in labels);
  if (name === `${metric.name}_bucket`) return 'le' in labels;
  return [`${metric.name}_sum`, `${metric.name}_count`].includes(name) && !('le' in labels);
}

function checkMetric({ name, type, samples }: ScrapedMetric): void {
  if ((type === 'counter') !== name.endsWith('_total')) throw new Error(`${name} is a ${type}`);
  if (type === 'counter' && samples.some(({ value }) => !(value >= 0))) throw new Error(`${name} counts below zero`);
  if (type !== 'histogram') return;
  const groups = new Map<string, ScrapedSample[]>();
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels;
    const key = JSON.stringify(labels);
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  for (const group of groups.values()) checkHistogram(name, group);
}

function checkHistogram(name: string, samples: readonly ScrapedSample[]): void {
  const buckets = samples.filter((sample) => sample.name.endsWith('_bucket'));
  const bounds = buckets.map(({ labels }) => Number(labels['le']?.replace('Inf', 'Infinity')));
  const ascending = (values: readonly number[], step: (a: number, b: number) => boolean): boolean =>
    values.every((value, at) => at === 0 || step(values[at - 1] ?? Number.NaN, value));
  const count = samples.find((sample) => sample.name === `${name}_count`)?.value;
  const sound =
    ascending(bounds, (a, b) => a < b) &&
    ascending(
      buckets.map(({ value }) => value),
      (a, b) => a <= b,
    ) &&
    bounds.at(-1) === Number.POSITIVE_INFINITY &&
    buckets.at(-1)?.value === count &&
    samples.some((sample) => sample.name === `${name}_sum`);
  if (!sound) throw new Error(`${name} does not add up`);
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, char) => (char === 'n' ? '\n' : char));
}

function required<T>(value: T | null | undefined, line: string): T {
  if (value === null || value === undefined) throw new Error(`not understood: ${line}`);
  return value;
}
