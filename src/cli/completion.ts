import type { Command } from './command.ts';
import { bashScript } from './completion-bash.ts';
import { rowOf } from './completion-rows.ts';
import { zshScript } from './completion-zsh.ts';

/** The completion script for `shell`. */
export function completionScript(shell: 'bash' | 'zsh', commands: readonly Command[]): string {
  const rows = commands.map(rowOf);
  return shell === 'bash' ? bashScript(rows) : zshScript(rows);
}
