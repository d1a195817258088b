import { readdirSync } from 'node:fs';
import type { HostInfo } from '../core/ports.ts';
import { VERSION } from '../core/version.ts';
import type { MetricRegistry } from './metrics.ts';

const MS = 1_000;
const MICROS = 1_000_000;

/** Adds to `registry` what `host` and the process tell of themselves at each scrape. */
export function hostMetrics(registry: MetricRegistry, host: () => HostInfo): void {
  buildInfo(registry, host);
  const gauge = (name: string, help: string, read: () => number): void =>
    registry.reading({ name, type: 'gauge', help, labels: [] }, () => [[[], read()]]);
  gauge('faasm_queued_calls', 'Calls that wait for a thread.', () => host().queued);
  gauge('faasm_running_calls', 'Calls that a thread has, suspended ones included.', () => host().running);
  gauge('faasm_threads', 'Threads for functions.', () => host().threads);
  gauge('faasm_uptime_seconds', 'Time since the host was started.', () => (Date.now() - host().startedAt) / MS);
  for (const [budget, name, unit, what] of [
    ['memoryBytes', 'memory', '_bytes', 'Memory of Faaslets and regions'],
    ['memories', 'memories', '', 'WebAssembly memories'],
    ['mappings', 'mappings', '', 'Kernel mappings'],
  ] as const) {
    gauge(`faasm_${name}_used${unit}`, `${what} in use.`, () => host().budgets[budget].used);
    gauge(`faasm_${name}_limit${unit}`, `${what}, the most this host may have.`, () => host().budgets[budget].limit);
  }
  gauge(
    'faasm_state_twin_bytes',
    'Memory of copies of state that is changed by pointer and not declared; part of faasm_memory_used_bytes.',
    () => host().stateTwinBytes,
  );
  processMetrics(registry);
}

function buildInfo(registry: MetricRegistry, host: () => HostInfo): void {
  const labels = ['version', 'node', 'layer', 'store', 'host'];
  registry.reading({ name: 'faasm_build_info', type: 'gauge', help: 'What this host is; always 1.', labels }, () => {
    const { layer, store, host: id } = host();
    return [[[VERSION, process.versions.node, layer, store, id], 1]];
  });
}

/** The names that Prometheus' own client libraries use. */
function processMetrics(registry: MetricRegistry): void {
  const reading = (name: string, type: 'counter' | 'gauge', help: string, read: () => number | undefined): void =>
    registry.reading({ name, type, help, labels: [] }, () => {
      const value = read();
      return value === undefined ? [] : [[[], value]];
    });
  reading('process_cpu_seconds_total', 'counter', 'CPU time of the process, all threads.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / MICROS;
  });
  reading('process_resident_memory_bytes', 'gauge', 'Resident memory of the process.', () => process.memoryUsage.rss());
  reading('process_open_fds', 'gauge', 'Open file descriptors.', openDescriptors);
}

/** Undefined where the system does not tell. */
function openDescriptors(): number | undefined {
  try {
    // One of them is the folder that is being read.
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return undefined;
  }
}
