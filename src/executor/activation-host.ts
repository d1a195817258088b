import type { Faaslet } from '../faaslet/faaslet.ts';
import type { FaasletPool } from '../faaslet/faaslet-pool.ts';
import type { GuestThread } from '../faaslet/guest-thread.ts';
import type { LoadedFunction } from '../faaslet/loaded-function.ts';
import type { ProtoFunction } from '../faaslet/proto-function.ts';
import type { TemplateDirectory } from '../host/wasi/template.ts';
import type { CallReport } from './protocol.ts';
import type { ThreadFiles } from './thread-files.ts';
import type { ThreadState } from './thread-state.ts';
import type { TurnQueue } from './turn-queue.ts';

/** What a thread offers to the calls that it runs. */
export interface ActivationHost {
  readonly thread: GuestThread;
  readonly faaslets: FaasletPool;
  readonly turns: TurnQueue;
  readonly state: ThreadState;
  readonly files: ThreadFiles;
  /** The file tree that calls start from. */
  readonly root: TemplateDirectory;
  /** A call is suspended for the first time; only told when the order asks for it. */
  suspended(id: number, turnMs: number): void;
  /** Output of a call that goes on; the chunks are the host's from here. */
  output(id: number, chunks: Uint8Array[]): void;
  /** A proto-function has been made. */
  made(fn: LoadedFunction, proto: ProtoFunction): void;
  /** A turn of a user's call is about to begin, and nobody knows how long it will take. */
  entering(user: string): void;
  /** The scheduler has given the call to another thread before it began here. */
  relieved(activation: { readonly id: number }): void;
  /** The call is over. The Faaslet, if it got one, is to be released once the report is out. */
  finished(user: string, report: CallReport, faaslet: Faaslet | undefined): void;
  /** Takes the budget for a suspended call; false when the host cannot hold another one. */
  enterSuspension(): boolean;
  /** Gives that budget back. */
  leaveSuspension(): void;
  /** Digest of a Faaslet in audit mode. */
  audit(faaslet: Faaslet): string | undefined;
}
