import type { Command } from './command.ts';
import { build } from './commands/build.ts';
import { callCommands } from './commands/calls.ts';
import { completionCommands } from './commands/completion.ts';
import { config } from './commands/config.ts';
import { configure } from './commands/configure.ts';
import { doctor } from './commands/doctor.ts';
import { fileCommands } from './commands/files.ts';
import { functionCommands } from './commands/functions.ts';
import { helpCommand } from './commands/help.ts';
import { invoke } from './commands/invoke.ts';
import { packageCommands } from './commands/package.ts';
import { stateCommands } from './commands/state.ts';
import { tokenCommands } from './commands/tokens.ts';
import { up } from './commands/up.ts';
import { upload } from './commands/upload.ts';
import { versionCommand } from './commands/version.ts';
import { whoami } from './commands/whoami.ts';

/** All commands, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  up,
  build,
  upload,
  invoke,
  ...callCommands,
  ...functionCommands,
  configure,
  ...stateCommands,
  ...fileCommands,
  ...tokenCommands,
  ...packageCommands,
  whoami,
  config,
  doctor,
  ...completionCommands(() => COMMANDS),
  helpCommand(() => COMMANDS),
  versionCommand,
];
