import { describe, expect, it } from '@jest/globals';
import { askLambda } from '../../../support/lambda-calls.ts';
import { type LambdaCode, startLambdaSandbox } from '../../../support/lambda-sandbox.ts';
import { temporaryFolder } from '../../../support/store-folder.ts';

/** How a sandbox starts, and how it fails to. */
export function startSuite(name: string, code: () => LambdaCode): void {
  describe(`start: ${name}`, () => {
    it('says which memory layer and store it has', async () => {
      for (const layer of ['native', 'portable']) {
        const environment = { FAASM_LAYER: layer, FAASM_STORE_DIR: temporaryFolder() };
        const sandbox = await startLambdaSandbox({ code: code(), environment });
        try {
          expect(sandbox.log()[0]).toMatchObject({ event: 'ready', layer, store: expect.stringMatching(/^folder /) });
        } finally {
          await sandbox.close();
        }
      }
    });

    it('fails with what is wrong with the settings', async () => {
      const environment = { FAASM_TIMEOUT_MS: 'soon', FAASM_STORE_DIR: temporaryFolder() };
      await expect(startLambdaSandbox({ code: code(), environment })).rejects.toThrow(/FAASM_TIMEOUT_MS is "soon"/);
      const component = { FAASM_COMPONENT: 'edge', FAASM_STORE_DIR: temporaryFolder() };
      await expect(startLambdaSandbox({ code: code(), environment: component })).rejects.toThrow(
        /FAASM_COMPONENT is "edge"/,
      );
    });

    it('can be one of the components of Faasm', async () => {
      const environment = { FAASM_COMPONENT: 'redis', FAASM_STORE_DIR: temporaryFolder() };
      const sandbox = await startLambdaSandbox({ code: code(), environment });
      try {
        expect(await askLambda(sandbox, { target: 'worker-count' })).toMatchObject({ errorType: 'NOT_SUPPORTED' });
        expect(await askLambda(sandbox, {})).toMatchObject({ errorMessage: 'Must provide a target for the function' });
      } finally {
        await sandbox.close();
      }
    });
  });
}
