import { platformAdapterContract } from '../../../contract/platform-adapter.ts';
import { openLambdaPlatform } from '../../../support/lambda-platform.ts';
import { LAMBDA_FRONTS } from '../../../support/lambda-requests.ts';
import type { LambdaCode } from '../../../support/lambda-sandbox.ts';
import { temporaryFolder } from '../../../support/store-folder.ts';

/** The behaviour of every platform, behind each HTTP service of AWS, answered in one piece and streamed. */
export function behaviourSuite(name: string, code: () => LambdaCode): void {
  for (const front of LAMBDA_FRONTS) {
    platformAdapterContract(`${name}, ${front}`, () =>
      openLambdaPlatform(front, { code: code(), environment: { FAASM_STORE_DIR: temporaryFolder() } }),
    );
  }
  platformAdapterContract(`${name}, function-url, streamed`, () =>
    openLambdaPlatform('function-url', {
      code: code(),
      handler: 'streamHandler',
      environment: { FAASM_STORE_DIR: temporaryFolder() },
    }),
  );
}
