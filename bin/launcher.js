// The two ends of a program that runs with another Node than the one it was started with. Plain JavaScript, because it has
// to run on every Node from 18 on.
import { spawn } from 'node:child_process';

const PASSED_ON = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR2', 'SIGCONT'];

/** Runs `args` with another Node, and ends as that ends. */
export function runWith(node, args) {
  // The channel is there to break when this process is killed: see endWithLauncher.
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of PASSED_ON) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`error: ${node} cannot be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** Stops this process in order when the launcher that waits for it is killed: nobody else knows that it is there. */
export function endWithLauncher() {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // It does not keep this process alive.
  process.channel?.unref();
}
