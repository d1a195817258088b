import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CompileError, type CompileJob, type CompileOutput, type CompileStep, type ReportStep } from './job.ts';

/** What a compiler's process says about the job with the same number: steps that begin, then how it ended. */
export type Answer = { readonly id: number } & (
  | { readonly step: CompileStep }
  | CompileOutput
  | { readonly error: string; readonly isSource: boolean }
);

/** What the compilers' programs make of a job. */
export type Compiled = Omit<CompileOutput, 'milliseconds'>;

/** A compiler in a process of its own, so that its memory (600 MB for clang) is given back when it is closed. */
export interface CompilerProcess {
  /** Compiles one module; jobs run one after another. Rejects with a {@link CompileError} for a faulty source. */
  run(job: CompileJob, onStep?: ReportStep): Promise<CompileOutput>;
  /** Ends the process; jobs still running fail. */
  close(): void;
}

/** Starts the compiler process whose program is `entry`. */
export function startCompilerProcess(entry: URL): CompilerProcess {
  // Without execArgv the flags of this process (a debugger's port, a test runner's loader) would apply to the child.
  const child = fork(fileURLToPath(entry), [], { execArgv: [], serialization: 'advanced', stdio: 'inherit' });
  const waiting = new Map<number, PromiseWithResolvers<CompileOutput> & { readonly onStep: ReportStep | undefined }>();
  let jobs = 0;

  child.on('message', (answer: Answer) => {
    const job = waiting.get(answer.id);
    if ('step' in answer) {
      job?.onStep?.(answer.step);
      return;
    }
    waiting.delete(answer.id);
    if ('wasm' in answer) job?.resolve(answer);
    else job?.reject(answer.isSource ? new CompileError(answer.error) : new Error(answer.error));
  });
  const fail = (reason: string) => {
    for (const job of waiting.values()) job.reject(new Error(reason));
    waiting.clear();
  };
  child.on('error', (error) => fail(`The compiler's process failed: ${error.message}`));
  child.on('exit', (code, signal) => fail(`The compiler's process ended (${signal ?? `exit code ${code}`}).`));

  return {
    run(job, onStep) {
      const id = jobs++;
      const result = Promise.withResolvers<CompileOutput>();
      waiting.set(id, { ...result, onStep });
      child.send({ id, job }, (error) => error && fail(`The compiler's process is gone: ${error.message}`));
      return result.promise;
    },
    close: () => void child.kill(),
  };
}

/** The other side: answers the parent's jobs with `compile`, one at a time, until the parent closes the channel. */
export function serveJobs(compile: (job: CompileJob, report: ReportStep) => Promise<Compiled>): void {
  const send = (answer: Answer): void => void process.send?.(answer);
  let queue = Promise.resolve();
  process.on('message', ({ id, job }: { id: number; job: CompileJob }) => {
    queue = queue.then(async () => {
      const start = performance.now();
      const answer: Answer = await compile(job, (step) => send({ id, step })).then(
        (output) => ({ id, ...output, milliseconds: performance.now() - start }),
        (error) => ({ id, error: String(error?.message ?? error), isSource: error?.code === 'COMPILE_FAILED' }),
      );
      send(answer);
    });
  });
}
