/**
 * Kernel mappings that the stack of a suspended call takes, rounded up: measured 0.7 with V8 13 (Node 24), which
 * carves stacks from larger areas, and 2.7 with V8 14 (Node 26). test/compat compares the sum with /proc/self/maps.
 */
export const STACK_MAPPINGS = Number.parseInt(process.versions.v8, 10) >= 14 ? 3 : 1;
