import { compilerInfo } from './compiler.ts';
import { languageOf } from './job.ts';
import type { Sample } from './sample-list.ts';

/** How far a build is. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** Time the compiler took for this one. */
  readonly milliseconds: number;
}

/** `[3/18] demo/echo (C, yowasp clang) 0.8 s` */
export function formatBuilt(sample: Sample, progress: Progress, colour: boolean): string {
  const { name } = compilerInfo(languageOf(sample.job.sources[0] ?? ''));
  const counter = `[${String(progress.done).padStart(String(progress.total).length)}/${progress.total}]`;
  const detail = `(${sample.language}, ${name}) ${(progress.milliseconds / 1000).toFixed(1)} s`;
  return `${paint(counter, 32, colour)} ${sample.user}/${sample.name} ${paint(detail, 2, colour)}`;
}

/** The sample and what its compiler said. */
export function formatFailed(sample: Sample, message: string, colour: boolean): string {
  return `${paint('failed', 31, colour)} ${sample.user}/${sample.name}\n${message}`;
}

function paint(text: string, code: number, colour: boolean): string {
  return colour ? `\u001b[${code}m${text}\u001b[0m` : text;
}
