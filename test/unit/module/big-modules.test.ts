import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { FunctionType } from '../../../src/module/artifact.ts';
import { parseModule } from '../../../src/module/parsed-module.ts';
import { deriveArtifact } from '../../../src/module/pipeline.ts';

const CLANG = fileURLToPath(new URL('../../../node_modules/@yowasp/clang/gen/llvm.core.wasm', import.meta.url));

describe('big modules', () => {
  (existsSync(CLANG) ? it : it.skip)('clang (75 MB) is rewritten into a valid module', () => {
    const upload = new Uint8Array(readFileSync(CLANG));
    const offered = new Map<string, FunctionType[]>();
    for (const each of parseModule(upload).imports) {
      if (each.kind === 'function') offered.set(`${each.module} ${each.name}`, [each.type]);
    }
    const started = performance.now();
    const artifact = deriveArtifact(upload, (module, name) => offered.get(`${module} ${name}`));
    const elapsed = performance.now() - started;
    console.info(`clang: ${upload.length} bytes derived in ${elapsed.toFixed(0)} ms`);
    expect(artifact).toMatchObject({ memory: { sized: true, grows: true }, unprovable: [], entry: { kind: 'wasi' } });
    expect(WebAssembly.validate(artifact.wasm)).toBe(true);
    // V8 does look into the code: a byte that no instruction has makes the module invalid.
    const broken = artifact.wasm.slice();
    broken.fill(0xc8, broken.length >> 1, (broken.length >> 1) + 64);
    expect(WebAssembly.validate(broken)).toBe(false);
  });
});
