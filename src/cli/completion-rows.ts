import { type Command, GLOBAL_OPTIONS } from './command.ts';
import type { Completes, Option, Options } from './option.ts';

/** What the scripts know of a command. */
export interface Row {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly string[];
  /** What its arguments complete to, whichever comes next: telling them apart is not worth counting words in a shell. */
  readonly operands: readonly Completes[];
  /** Options with a value, both spellings, and what the value completes to. */
  readonly values: readonly (readonly [option: string, completes: Completes | undefined])[];
}

/** How a script offers completions of `kinds`, as a command of its shell. */
export type Offer = (kinds: readonly Completes[]) => string;

/** The options that every command has, as words. */
export const GLOBAL_WORDS = Object.keys(GLOBAL_OPTIONS)
  .map((name) => `--${name}`)
  .join(' ');

/** What scripts need of `command`. */
export function rowOf({ name, summary, operands, options }: Command): Row {
  const all: Options = { ...options, ...GLOBAL_OPTIONS };
  const entries = Object.entries(all);
  const kinds = Object.values(operands).map((operand) => operand.completes);
  return {
    name,
    summary,
    options: entries.map(([long]) => `--${long}`),
    operands: kinds.filter((kind) => kind !== undefined),
    values: entries.flatMap(([long, option]) => valueRows(long, option)),
  };
}

function valueRows(long: string, option: Option): (readonly [string, Completes | undefined])[] {
  if (option.type === 'flag') return [];
  const names = option.short === undefined ? [`--${long}`] : [`--${long}`, `-${option.short}`];
  return names.map((name) => [name, option.completes] as const);
}

/** Words of a group of commands by their first word; `''` holds the first words. */
export function verbs(rows: readonly Row[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>([['', []]]);
  for (const { name } of rows) {
    const [noun = '', verb] = name.split(' ');
    const first = groups.get('') ?? [];
    if (!first.includes(noun)) first.push(noun);
    if (verb !== undefined) groups.set(noun, [...(groups.get(noun) ?? []), verb]);
  }
  return groups;
}

/** Body of a loop over the words before the cursor, for bash and zsh: puts the name of the command into `$command`. */
export function walk(rows: readonly Row[]): string {
  const takesValue = [...new Set(rows.flatMap(({ values }) => values.map(([option]) => option)))];
  const nouns = [...verbs(rows).keys()].filter((noun) => noun !== '');
  return `    case "$word" in
      ${takesValue.join('|')}) ((i++)) ;;
      -*) ;;
      *)
        case "$command" in
          '') command="$word" ;;
          ${nouns.join('|')}) command="$command $word" ;;
        esac ;;
    esac`;
}

/** Cases of `"$command $prev"`: what the values of options complete to. */
export function valueCases(rows: readonly Row[], offer: Offer): string {
  const cases = rows.flatMap(({ name, values }) =>
    values.map(
      ([option, completes]) =>
        `    ${quote(`${name} ${option}`)}) ${offer(completes === undefined ? [] : [completes])}; return ;;`,
    ),
  );
  return cases.join('\n');
}

/** Cases of `$command`: what its arguments complete to. */
export function operandCases(rows: readonly Row[], offer: Offer): string {
  return rows
    .filter(({ operands }) => operands.length > 0)
    .map(({ name, operands }) => `    ${quote(name)}) ${offer(operands)} ;;`)
    .join('\n');
}

/** `text` as one word of a shell. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
