import { stripVTControlCharacters } from 'node:util';
import { type Spread, spread } from './statistics.ts';

/** One measured value: the median of `samples` repetitions. */
export interface Figure {
  readonly bench: string;
  readonly case: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** What the value is compared with, and our value divided by the rival's. */
  readonly rival?: string;
  readonly rivalValue?: number;
  readonly ratio?: number;
  readonly min?: number;
  readonly max?: number;
  readonly samples?: number;
  /** What the project wants to reach; in the unit of the value, or of the ratio where there is one. */
  readonly target?: number;
  readonly layer?: 'native' | 'portable';
  /** A remark for people. */
  readonly note?: string;
}

/** Takes a figure. */
export type ReportFigure = (figure: Figure) => void;

/** The median of `values` with its spread, to be put into a {@link Figure}. */
export function measured(values: readonly number[]): Pick<Figure, 'value' | 'min' | 'max' | 'samples'> {
  const { median, min, max }: Spread = spread(values);
  return { value: tidy(median), min: tidy(min), max: tidy(max), samples: values.length };
}

/** Four significant digits: no measurement here has more. */
export function tidy(value: number): number {
  return Number(value.toPrecision(4));
}

const COLUMNS = ['case', 'metric', 'value', 'unit', 'min..max', 'ratio', 'target', 'note'] as const;

/** The figures as an aligned table, one line each. */
export function formatTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.case,
    figure.metric,
    String(figure.value),
    figure.unit,
    figure.min === undefined ? '' : `${figure.min}..${figure.max} (${figure.samples})`,
    figure.ratio === undefined ? '' : `${figure.ratio} x ${figure.rival}`,
    figure.target === undefined ? '' : String(figure.target),
    figure.note ?? '',
  ]);
  const lines = [[...COLUMNS] as string[], ...rows];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const text = lines.map((line) =>
    line
      .map((cell, column) => (column === 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return stripVTControlCharacters(text.join('\n'));
}
