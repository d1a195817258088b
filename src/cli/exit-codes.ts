/** How `faasm` ends. Scripts rely on these numbers; `help` and docs/cli.md print {@link EXIT_MEANINGS}. */
export const EXIT = {
  success: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  pending: 5,
} as const;

/** A value of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each exit code means, for people. */
export const EXIT_MEANINGS: readonly (readonly [code: ExitCode, meaning: string])[] = [
  [EXIT.success, 'done'],
  [EXIT.failed, 'the function failed, or the host could not do what was asked'],
  [EXIT.usage, 'the command line is wrong'],
  [EXIT.unreachable, 'the host could not be reached'],
  [EXIT.refused, 'the host refused: no valid token, or one that does not allow this'],
  [EXIT.pending, 'the call has not ended yet'],
];
