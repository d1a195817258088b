const ROOT = /(?:^|;)\s*Root=1-([\da-f]{8})-([\da-f]{24})(?:;|$)/i;
const PARENT = /(?:^|;)\s*Parent=([\da-f]{16})(?:;|$)/i;
const SAMPLED = /(?:^|;)\s*Sampled=1(?:;|$)/i;

/** The W3C trace context that X-Ray's trace header says; undefined when it names no segment to be a child of. */
export function traceparentOf(header: string | undefined): string | undefined {
  const [, epoch, unique] = ROOT.exec(header ?? '') ?? [];
  const [, parent] = PARENT.exec(header ?? '') ?? [];
  if (epoch === undefined || unique === undefined || parent === undefined) return undefined;
  return `00-${epoch}${unique}-${parent}-${SAMPLED.test(header ?? '') ? '01' : '00'}`.toLowerCase();
}
