/** A table: columns as wide as they need to be, two blanks between them, numbers to the right. */
export interface TableColumn {
  readonly title: string;
  readonly right?: boolean;
}

/** Lines of a table with its titles; cells are made safe for a terminal. */
export function table(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string[] {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(printable))];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => width(row[index] ?? ''))));
  return cells.map((row) =>
    row
      .map((cell, index) => {
        const blanks = ' '.repeat((widths[index] ?? 0) - width(cell));
        return columns[index]?.right === true ? blanks + cell : cell + blanks;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Lines of `name  value`, the values below each other. */
export function fields(pairs: readonly (readonly [name: string, value: string | undefined])[]): string[] {
  const shown = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
  const widest = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(widest)}  ${printable(value)}`);
}

/** `12 B`, `3.4 KiB`, `128 MiB`. */
export function sizeText(bytes: number): string {
  let amount = bytes;
  let unit = 'B';
  for (const larger of ['KiB', 'MiB', 'GiB', 'TiB']) {
    if (amount < 1024) break;
    amount /= 1024;
    unit = larger;
  }
  return `${short(amount)} ${unit}`;
}

/** `0.31 ms`, `45 ms`, `1.2 s`, `3 min`. */
export function timeText(milliseconds: number): string {
  if (milliseconds < 1_000) return `${milliseconds < 1 ? Number(milliseconds.toFixed(3)) : short(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${short(milliseconds / 1_000)} s`;
  if (milliseconds < 3_600_000) return `${short(milliseconds / 60_000)} min`;
  return `${short(milliseconds / 3_600_000)} h`;
}

const AGES: readonly (readonly [seconds: number, unit: string])[] = [
  [86_400 * 365, 'year'],
  [86_400 * 30, 'month'],
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** `3 minutes ago`, `in 2 days`; `instant` is ISO 8601, `now` epoch ms. */
export function relativeTime(instant: string, now: number): string {
  const seconds = Math.round((now - Date.parse(instant)) / 1000);
  if (Number.isNaN(seconds)) return instant;
  const distance = Math.abs(seconds);
  for (const [length, unit] of AGES) {
    const count = Math.floor(distance / length);
    if (count === 0) continue;
    const text = `${count} ${unit}${count === 1 ? '' : 's'}`;
    return seconds > 0 ? `${text} ago` : `in ${text}`;
  }
  return 'now';
}

/** `3 functions`, `1 function`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Lines of at most `columns` characters, broken at blanks. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** `text` without what could move the cursor or change the colours of a terminal. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '�');
}

/** At most three digits, none of them a zero behind the point. */
function short(amount: number): string {
  return String(Number(amount.toFixed(amount < 10 ? 1 : 0)));
}

function width(cell: string): number {
  return [...cell].length;
}
