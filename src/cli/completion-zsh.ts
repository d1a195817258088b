import { GLOBAL_WORDS, type Offer, operandCases, quote, type Row, valueCases, verbs, walk } from './completion-rows.ts';

/** The completion script for zsh. */
export function zshScript(rows: readonly Row[]): string {
  const groups = verbs(rows);
  const offer: Offer = (kinds) => {
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
  return `#compdef faasm
# Completion of faasm for zsh: faasm completion zsh > a folder of $fpath/_faasm, or source <(faasm completion zsh)
_faasm() {
  local cur="\${words[CURRENT]}" prev="\${words[CURRENT-1]}" command='' word i
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
${walk(rows)}
  done
  case "$command $prev" in
${valueCases(rows, offer)}
  esac
  if [[ $cur == -* ]]; then
    case "$command" in
${rows.map(({ name, options }) => `      ${quote(name)}) compadd -- ${options.join(' ')} ;;`).join('\n')}
      *) compadd -- ${GLOBAL_WORDS} ;;
    esac
    return
  fi
  case "$command" in
${words.join('\n')}
${operandCases(rows, offer)}
  esac
}
if [[ \${funcstack[1]} == _faasm ]]; then _faasm "$@"; else compdef _faasm faasm; fi
`;
}
