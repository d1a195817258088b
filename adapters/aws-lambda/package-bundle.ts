import { basename } from 'node:path';
import { build } from 'esbuild';
import type { ZipEntry } from './package-zip.ts';

/** A bundle: a few files of minified JavaScript, all in one folder. */
export interface Bundle {
  /** What runs, and the licences of what is in it. */
  readonly files: readonly ZipEntry[];
  /** Source maps, one for each file; nothing at run time reads them. */
  readonly maps: readonly ZipEntry[];
}

/** Packages in CommonJS ask for Node's modules by `require`, which modules do not have. */
const REQUIRE = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

/**
 * Bundles the modules `entries` (paths by the names of their files, without ending) for Node 24. What is imported only
 * when it is needed, such as the S3 client, becomes a file of its own. Rejects with esbuild's messages.
 */
export async function bundle(entries: Readonly<Record<string, string>>): Promise<Bundle> {
  const { outputFiles } = await build({
    entryPoints: { ...entries },
    outdir: '/',
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    target: 'node24',
    // Packages that have both forms are smaller as modules, of which only what is used is kept.
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE },
    minify: true,
    sourcemap: 'external',
    legalComments: 'external',
    logLevel: 'silent',
  });
  const files = outputFiles
    .map(({ path, contents }) => ({ path: basename(path), bytes: contents }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const isMap = ({ path }: ZipEntry): boolean => path.endsWith('.map');
  return { files: files.filter((file) => !isMap(file)), maps: files.filter(isMap) };
}
