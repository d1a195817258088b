import {
  createRuntime,
  type ErrorRecord,
  type LayerName,
  loadConfig,
  type Runtime,
  toFaasmError,
} from '../../src/index.ts';

/** What a trial start of a host found. */
export interface ProbeReport {
  /** Absent when it did not get that far. */
  readonly layer?: LayerName;
  /** Why the native layer is not in use, when it is not. */
  readonly layerReason?: string;
  /** Name of the store. */
  readonly store?: string;
  /** Why the host would not start, or its store could not be written. */
  readonly error?: ErrorRecord;
}

const USER = 'faasm-doctor';

/** Starts a host without ports, writes, reads and removes a file in its store, and stops it. Never rejects. */
export async function probe(environment: Readonly<Record<string, string | undefined>>): Promise<ProbeReport> {
  let runtime: Runtime | undefined;
  let report: ProbeReport = {};
  try {
    runtime = await createRuntime({ ...loadConfig(environment), threads: 1 });
    const { layer, layerReason, store } = runtime.info();
    report = { layer, store, ...(layerReason === undefined ? {} : { layerReason }) };
    await runtime.ready();
    await tryFiles(runtime);
    return report;
  } catch (error) {
    const { code, message } = toFaasmError(error);
    return { ...report, error: { code, message } };
  } finally {
    await runtime?.close({ graceMs: 0 });
  }
}

async function tryFiles({ files }: Runtime): Promise<void> {
  const path = `probe-${process.pid}`;
  const bytes = new TextEncoder().encode('probe');
  await files.put(USER, path, bytes);
  try {
    await files.get(USER, path);
  } finally {
    await files.remove(USER, path);
  }
}
