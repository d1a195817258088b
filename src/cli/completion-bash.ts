import { GLOBAL_WORDS, type Offer, operandCases, quote, type Row, valueCases, verbs, walk } from './completion-rows.ts';

/** The completion script for bash. */
export function bashScript(rows: readonly Row[]): string {
  const groups = verbs(rows);
  const offer: Offer = (kinds) => {
    const names = kinds.includes('function') ? '$(faasm complete-functions 2>/dev/null)' : '';
    const choices = kinds.flatMap((kind) => (typeof kind === 'string' ? [] : kind)).join(' ');
    const files = kinds.includes('file') ? ' -f' : '';
    return `COMPREPLY=($(compgen -W "${names} ${choices}"${files} -- "$cur"))`;
  };
  return `# Completion of faasm for bash: source <(faasm completion bash)
_faasm() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command='' word i
  # bash cuts --option=value into three words.
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' ]]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
${walk(rows)}
  done
  case "$command $prev" in
${valueCases(rows, offer)}
  esac
  if [[ $cur == -* ]]; then
    case "$command" in
${rows.map(({ name, options }) => `      ${quote(name)}) COMPREPLY=($(compgen -W ${quote(options.join(' '))} -- "$cur")) ;;`).join('\n')}
      *) COMPREPLY=($(compgen -W ${quote(GLOBAL_WORDS)} -- "$cur")) ;;
    esac
    return
  fi
  case "$command" in
${[...groups].map(([noun, words]) => `    ${quote(noun)}) COMPREPLY=($(compgen -W ${quote(words.join(' '))} -- "$cur")) ;;`).join('\n')}
${operandCases(rows, offer)}
  esac
}
complete -o filenames -F _faasm faasm
`;
}
