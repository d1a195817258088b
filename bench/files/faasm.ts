// Child of the files bench: the program as a function of this runtime.
import { readFile } from 'node:fs/promises';
import { createRuntime } from '../../src/index.ts';
import { childInput } from '../harness/child.ts';
import { type FilesOrder, largeContents } from './order.ts';

const { module, work, rounds, warmUp, largeBytes } = childInput<FilesOrder>();
const CALLER = { principal: { user: '*', kind: 'admin' }, user: 'demo', function: 'files' } as const;

const runtime = await createRuntime({ threads: 1 });
await runtime.upload({ user: 'demo', function: 'files' }, await readFile(module));
if (work === 'sequential') await runtime.files.put('demo', 'large', largeContents(largeBytes));
const target = work === 'sequential' ? 'faasm://large' : '/tmp';
const { output, log, error } = await runtime.invoke({
  ...CALLER,
  input: new Uint8Array(0),
  cmdline: `${work} ${target} ${rounds} ${warmUp}`,
});
if (error !== undefined) throw new Error(`${error.code}: ${error.message} ${new TextDecoder().decode(log)}`);
console.log(new TextDecoder().decode(await output.bytes()));
await runtime.close();
