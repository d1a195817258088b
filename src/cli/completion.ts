import { type Command, GLOBAL_OPTIONS } from './command.ts';
import type { Completes, Option, Options } from './option.ts';

/** What the scripts know of a command. */
interface Row {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly string[];
  /** What its arguments complete to, whichever comes next: telling them apart is not worth counting words in a shell. */
  readonly operands: readonly Completes[];
  /** Options with a value, both spellings, and what the value completes to. */
  readonly values: readonly (readonly [option: string, completes: Completes | undefined])[];
}

/** The completion script for `shell`. */
export function completionScript(shell: 'bash' | 'zsh', commands: readonly Command[]): string {
  const rows = commands.map(rowOf);
  return shell === 'bash' ? bashScript(rows) : zshScript(rows);
}

function rowOf({ name, summary, operands, options }: Command): Row {
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
function verbs(rows: readonly Row[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>([['', []]]);
  for (const { name } of rows) {
    const [noun = '', verb] = name.split(' ');
    const first = groups.get('') ?? [];
    if (!first.includes(noun)) first.push(noun);
    if (verb !== undefined) groups.set(noun, [...(groups.get(noun) ?? []), verb]);
  }
  return groups;
}

function bashScript(rows: readonly Row[]): string {
  const groups = verbs(rows);
  const nouns = [...groups.keys()].filter((noun) => noun !== '');
  const offer = (kinds: readonly Completes[]): string => {
    const names = kinds.includes('function') ? '$(faasm complete-functions 2>/dev/null)' : '';
    const choices = kinds.flatMap((kind) => (typeof kind === 'string' ? [] : kind)).join(' ');
    const files = kinds.includes('file') ? ' -f' : '';
    return `COMPREPLY=($(compgen -W "${names} ${choices}"${files} -- "$cur"))`;
  };
  const valueCases = rows.flatMap(({ name, values }) =>
    values.map(
      ([option, completes]) =>
        `    ${quote(`${name} ${option}`)}) ${offer(completes === undefined ? [] : [completes])}; return ;;`,
    ),
  );
  const takesValue = [...new Set(rows.flatMap(({ values }) => values.map(([option]) => option)))];
  return `# Completion of faasm for bash: source <(faasm completion bash)
_faasm() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command='' word i
  # bash cuts --option=value into three words.
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' ]]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$word" in
      ${takesValue.join('|')}) ((i++)) ;;
      -*) ;;
      *)
        case "$command" in
          '') command="$word" ;;
          ${nouns.join('|')}) command="$command $word" ;;
        esac ;;
    esac
  done
  case "$command $prev" in
${valueCases.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case "$command" in
${rows.map(({ name, options }) => `      ${quote(name)}) COMPREPLY=($(compgen -W ${quote(options.join(' '))} -- "$cur")) ;;`).join('\n')}
      *) COMPREPLY=($(compgen -W ${quote(
        Object.keys(GLOBAL_OPTIONS)
          .map((name) => `--${name}`)
          .join(' '),
      )} -- "$cur")) ;;
    esac
    return
  fi
  case "$command" in
${[...groups].map(([noun, words]) => `    ${quote(noun)}) COMPREPLY=($(compgen -W ${quote(words.join(' '))} -- "$cur")) ;;`).join('\n')}
${rows
  .filter(({ operands }) => operands.length > 0)
  .map(({ name, operands }) => `    ${quote(name)}) ${offer(operands)} ;;`)
  .join('\n')}
  esac
}
complete -o filenames -F _faasm faasm
`;
}

function zshScript(rows: readonly Row[]): string {
  const groups = verbs(rows);
  const nouns = [...groups.keys()].filter((noun) => noun !== '');
  const offer = (kinds: readonly Completes[]): string => {
    const offers = kinds.map((kind) => {
      if (kind === 'file') return '_files';
      if (kind === 'function') return `compadd -- \${(f)"$(faasm complete-functions 2>/dev/null)"}`;
      return `compadd -- ${kind.map(quote).join(' ')}`;
    });
    return offers.length === 0 ? ':' : offers.join('; ');
  };
  const summaryOf = (noun: string, word: string): string => {
    const name = noun === '' ? word : `${noun} ${word}`;
    return rows.find((row) => row.name === name)?.summary ?? `${(groups.get(word) ?? []).join(', ')}`;
  };
  const words = [...groups].map(([noun, list]) => {
    const described = list.map((word) => quote(`${word}:${summaryOf(noun, word).replaceAll(':', '\\:')}`));
    return `    ${quote(noun)}) local -a words_; words_=(${described.join(' ')}); _describe command words_ ;;`;
  });
  const valueCases = rows.flatMap(({ name, values }) =>
    values.map(
      ([option, completes]) =>
        `    ${quote(`${name} ${option}`)}) ${offer(completes === undefined ? [] : [completes])}; return ;;`,
    ),
  );
  const takesValue = [...new Set(rows.flatMap(({ values }) => values.map(([option]) => option)))];
  return `#compdef faasm
# Completion of faasm for zsh: faasm completion zsh > a folder of $fpath/_faasm, or source <(faasm completion zsh)
_faasm() {
  local cur="\${words[CURRENT]}" prev="\${words[CURRENT-1]}" command='' word i
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    case "$word" in
      ${takesValue.join('|')}) ((i++)) ;;
      -*) ;;
      *)
        case "$command" in
          '') command="$word" ;;
          ${nouns.join('|')}) command="$command $word" ;;
        esac ;;
    esac
  done
  case "$command $prev" in
${valueCases.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case "$command" in
${rows.map(({ name, options }) => `      ${quote(name)}) compadd -- ${options.join(' ')} ;;`).join('\n')}
      *) compadd -- ${Object.keys(GLOBAL_OPTIONS)
        .map((name) => `--${name}`)
        .join(' ')} ;;
    esac
    return
  fi
  case "$command" in
${words.join('\n')}
${rows
  .filter(({ operands }) => operands.length > 0)
  .map(({ name, operands }) => `    ${quote(name)}) ${offer(operands)} ;;`)
  .join('\n')}
  esac
}
if [[ \${funcstack[1]} == _faasm ]]; then _faasm "$@"; else compdef _faasm faasm; fi
`;
}

/** `text` as one word of a shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
