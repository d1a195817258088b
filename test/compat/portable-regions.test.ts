import { expect, it } from '@jest/globals';
import { hostImports } from '../support/guests/host-imports.ts';
import { ending, invoke, startRuntime, stopRuntime } from '../support/runtime.ts';
import { until } from '../support/until.ts';
import { wat } from '../support/wat.ts';

const MIB = 1024 * 1024;

/** Maps the value, and then never ends and makes no host call, so that only its thread can be ended. */
const GUEST = `(module
  ${hostImports('state_ptr')}
  (memory 1)
  (data (i32.const 600) "key\\00")
  (func (export "main")
    (drop (call $state_ptr (i32.const 600) (i32.const 0)))
    (loop $ever (br $ever))))`;

it('regions that were mapped on a thread that was lost are given back when their keys get others', async () => {
  const runtime = await startRuntime({ layer: 'portable', threads: 1, limits: { memoryBytes: 4 * MIB } });
  try {
    const used = (): number => runtime.info().budgets.memoryBytes.used;
    await runtime.upload({ user: 'demo', function: 'f' }, await wat(GUEST));
    await runtime.state.set('demo', 'key', new Uint8Array(MIB));
    const before = used();
    for (let round = 1; round <= 20; round += 1) {
      expect(ending(await invoke(runtime, 'f', [], { timeoutMs: 50 }))).toBe('TIMEOUT');
      // Another size needs another region; that of the round before has no holder any more.
      await runtime.state.set('demo', 'key', new Uint8Array(MIB + round));
    }
    await until(() => used() - before < 5 * MIB);
  } finally {
    await stopRuntime(runtime);
  }
});
