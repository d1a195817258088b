import type { Output } from './context.ts';
import { sizeText } from './format.ts';

/** A line on a terminal that shows how far something is. */
export interface ProgressLine {
  /** Shows that `done` bytes have been dealt with. */
  update(done: number): void;
  /** Removes the line. */
  end(): void;
}

const ERASE_LINE = '\r\u001b[K';

/** Shows `label` and how much of `total` bytes is done, until `end`. For terminals only. */
export function startProgress(output: Output, label: string, total: number): ProgressLine {
  let shown = -1;
  return {
    update(done) {
      const percent = Math.floor((done / total) * 100);
      if (percent === shown) return;
      shown = percent;
      output.write(`${ERASE_LINE}${label}: ${percent} % of ${sizeText(total)}`);
    },
    end: () => output.write(ERASE_LINE),
  };
}

/** Shows `text` on a terminal's line of progress; the next one replaces it, the empty text removes it. */
export function showStep(output: Output, text: string): void {
  if (output.isTerminal) output.write(ERASE_LINE + text);
}
