// Child of the state bench: calls the guest of access.c in a host of its own.
import { readFile } from 'node:fs/promises';
import { createRuntime } from '../../src/index.ts';
import { childInput } from '../harness/child.ts';

/** What the child is asked: inputs of calls, one after the other. */
export interface AccessOrder {
  readonly file: string;
  readonly inputs: readonly string[];
}

const PRINCIPAL = { user: '*', kind: 'admin' } as const;
const { file, inputs } = childInput<AccessOrder>();
const runtime = await createRuntime({ threads: 1, layer: 'native' });
const ref = { user: 'bench', function: 'access' };
await runtime.upload(ref, await readFile(file), {
  limits: { timeoutMs: 120_000, cpuMs: 120_000, memoryBytes: 512 * 1024 * 1024 },
});

/** Nanoseconds as the guest prints them, by input, line and column. */
const answer: number[][][] = [];
for (const input of inputs) {
  const result = await runtime.invoke({ ...ref, principal: PRINCIPAL, input: new TextEncoder().encode(input) });
  const output = Buffer.from(await result.output.bytes()).toString();
  if (result.status !== 'success') throw new Error(`${input}: ${JSON.stringify(result.error)} ${output}`);
  answer.push(
    output
      .trim()
      .split('\n')
      .map((line) => line.split(' ').map(Number)),
  );
  // Each value is of another size.
  await runtime.state.remove('bench', 'bench-value');
}
await runtime.close();
console.log(JSON.stringify(answer));
process.exit(0);
