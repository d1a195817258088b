/** What documentation and scrapers are told of a metric. */
export interface MetricInfo {
  /** Of letters, digits and `_`; units and `_total` as Prometheus wants them. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

/** The values of a metric's labels, in their order, and its value. */
export type Sample = readonly [labelValues: readonly string[], value: number];

/** A number that only grows. */
export class Counter {
  value = 0;

  add(count = 1): void {
    this.value += count;
  }
}

/** Counts values by size; `bounds` are the largest values of its buckets, ascending. */
export class Histogram {
  readonly bounds: readonly number[];
  /** Values in each bucket, and in the last what exceeds all bounds. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const { bounds, counts } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket += 1;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
    this.sum += value;
  }
}

/** A metric's series: one for each set of label values. */
export class Family<T> {
  readonly info: MetricInfo;
  readonly #make: () => T;
  readonly #write: (labels: string, series: T) => string;
  readonly #series: { readonly labels: string; readonly series: T }[] = [];

  constructor(info: MetricInfo, make: () => T, write: (labels: string, series: T) => string) {
    this.info = info;
    this.#make = make;
    this.#write = write;
  }

  /** A new series; whoever asks keeps it, and asks once for the same values, which are in the order of the labels. */
  with(...values: readonly string[]): T {
    const series = this.#make();
    this.#series.push({ labels: labelText(this.info.labels, values), series });
    return series;
  }

  /** Series that differ in their last label, made when they are first asked for. Its values must be few. */
  by(...values: readonly string[]): (last: string) => T {
    const known = new Map<string, T>();
    return (last) => {
      let series = known.get(last);
      if (series === undefined) {
        series = this.with(...values, last);
        known.set(last, series);
      }
      return series;
    };
  }

  /** The lines of all series. */
  text(): string {
    return this.#series.map(({ labels, series }) => this.#write(labels, series)).join('');
  }
}

/** The metrics of a host, written in Prometheus' text format 0.0.4. */
export class MetricRegistry {
  readonly #metrics: { readonly info: MetricInfo; readonly text: () => string }[] = [];

  counter(name: string, help: string, labels: readonly string[] = []): Family<Counter> {
    const write = (text: string, { value }: Counter): string => line(name, text, value);
    return this.#family(new Family({ name, type: 'counter', help, labels }, () => new Counter(), write));
  }

  histogram(name: string, help: string, labels: readonly string[], bounds: readonly number[]): Family<Histogram> {
    const make = (): Histogram => new Histogram(bounds);
    // Made once: a scrape of many functions writes them a hundred thousand times.
    const ends = [...bounds, Number.POSITIVE_INFINITY].map((bound) => `le="${numberText(bound)}"} `);
    const write = (text: string, histogram: Histogram): string => histogramText(name, text, histogram, ends);
    return this.#family(new Family({ name, type: 'histogram', help, labels }, make, write));
  }

  /** A gauge or counter whose samples `read` answers at each scrape. */
  reading(info: MetricInfo & { readonly type: 'counter' | 'gauge' }, read: () => readonly Sample[]): void {
    const text = (): string =>
      read()
        .map(([values, value]) => line(info.name, labelText(info.labels, values), value))
        .join('');
    this.#metrics.push({ info, text });
  }

  /** All metrics with their values now. */
  text(): string {
    return this.#metrics.map(({ info, text }) => headText(info) + text()).join('');
  }

  /** All metrics, in the order in which they are written. */
  describe(): readonly MetricInfo[] {
    return this.#metrics.map(({ info }) => info);
  }

  #family<T>(family: Family<T>): Family<T> {
    this.#metrics.push({ info: family.info, text: () => family.text() });
    return family;
  }
}

function headText({ name, type, help }: MetricInfo): string {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return `# HELP ${name} ${escaped}\n# TYPE ${name} ${type}\n`;
}

function histogramText(name: string, labels: string, { counts, sum }: Histogram, ends: readonly string[]): string {
  const head = `${name}_bucket{${labels === '' ? '' : `${labels},`}`;
  let text = '';
  let count = 0;
  for (let bucket = 0; bucket < counts.length; bucket += 1) {
    count += counts[bucket] ?? 0;
    text += `${head}${ends[bucket]}${count}\n`;
  }
  return `${text}${line(`${name}_sum`, labels, sum)}${line(`${name}_count`, labels, count)}`;
}

function line(name: string, labels: string, value: number): string {
  return `${name}${labels === '' ? '' : `{${labels}}`} ${numberText(value)}\n`;
}

function labelText(names: readonly string[], values: readonly string[]): string {
  return names.map((name, at) => `${name}="${labelValue(values[at] ?? '')}"`).join(',');
}

function labelValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}
