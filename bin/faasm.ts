// The command line, put together: its commands from src/cli, and the host that `faasm up` runs in this process.
import { main } from '../src/cli/main.ts';
import { nodeContext } from '../src/cli/node-context.ts';

// Loaded when they are needed: most commands only send a request.
const localHost = {
  up: async (...args: Parameters<typeof import('../adapters/standalone/up.ts').up>) =>
    (await import('../adapters/standalone/up.ts')).up(...args),
  probe: async (...args: Parameters<typeof import('../adapters/standalone/probe.ts').probe>) =>
    (await import('../adapters/standalone/probe.ts')).probe(...args),
};

const platforms = {
  'aws-lambda': {
    package: async (...args: Parameters<typeof import('../adapters/aws-lambda/package.ts').packageForLambda>) =>
      (await import('../adapters/aws-lambda/package.ts')).packageForLambda(...args),
    deploy: async (...args: Parameters<typeof import('../adapters/aws-lambda/deploy.ts').deployToLambda>) =>
      (await import('../adapters/aws-lambda/deploy.ts')).deployToLambda(...args),
  },
};

process.exitCode = await main(process.argv.slice(2), nodeContext(process, { localHost, platforms }));
