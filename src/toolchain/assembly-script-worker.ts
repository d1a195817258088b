/** Compiler process for TypeScript functions: AssemblyScript's `asc`. */
import { ascArguments } from './assembly-script.ts';
import { type Compiled, serveJobs } from './child.ts';
import { CompileError, type CompileJob, type ReportStep } from './job.ts';

/** What we use of the package. Its own declarations would replace the global types of the whole project. */
interface Asc {
  main(
    args: readonly string[],
    options: {
      readonly stdout: { write(text: string | Uint8Array): void };
      readonly stderr: { write(text: string | Uint8Array): void };
      writeFile(name: string, contents: string | Uint8Array): void;
    },
  ): Promise<{ readonly error: Error | null }>;
}

// Through a variable, so that the type checker does not follow it.
const PACKAGE: string = 'assemblyscript/asc';
const asc: Asc = await import(PACKAGE);

async function compile(job: CompileJob, report: ReportStep): Promise<Compiled> {
  report({ action: 'compile', source: job.sources[0] as string, done: 0, total: 1 });
  let wasm: Uint8Array | undefined;
  const said: string[] = [];
  const print = { write: (text: string | Uint8Array) => void said.push(String(text)) };
  const { error } = await asc.main(ascArguments(job, 'module.wasm'), {
    stdout: print,
    stderr: print,
    writeFile(name, contents) {
      if (name === 'module.wasm') wasm = contents as Uint8Array;
    },
  });
  const log = said.join('').trim();
  if (error !== null || wasm === undefined) throw new CompileError(log || String(error));
  return { wasm, log };
}

serveJobs(compile);
