/** Texts that Faasm's clients know without a code in front; the header still carries the code. */
export const FAASM_TEXTS = {
  body: 'Empty request',
  user: 'Empty user',
  function: 'Empty function',
  payload: "Bad JSON in body's payload",
  batch: 'Bad BatchExecRequest',
  noRoom: 'No available hosts',
  app: 'App not registered in results',
  graph: 'Failed getting exec. graph!',
} as const;

const BARE: ReadonlySet<string> = new Set(Object.values(FAASM_TEXTS));

/** Whether a message is one of {@link FAASM_TEXTS}. */
export function isFaasmText(message: string): boolean {
  return BARE.has(message);
}
