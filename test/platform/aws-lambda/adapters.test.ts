import { describe, expect, it } from '@jest/globals';
import { lambdaAdapters } from '../../../adapters/aws-lambda/adapters.ts';
import { lambdaFixtures } from '../../support/lambda-fixtures.ts';

const FIXTURES = lambdaFixtures();
const ADAPTERS = lambdaAdapters({ isOwn: () => false });
const handling = (event: unknown): string[] =>
  ADAPTERS.filter((adapter) => adapter.canHandle(event)).map(({ name }) => name);

describe('adapters of events', () => {
  it('have fixtures, well-formed and malformed, for every kind', () => {
    expect(FIXTURES.length).toBeGreaterThanOrEqual(40);
    for (const { name } of ADAPTERS) {
      const own = FIXTURES.filter(({ shape }) => shape === name);
      const fails = ({ error, answer }: (typeof own)[number]): boolean =>
        error !== undefined || Number((answer as { statusCode?: number }).statusCode) >= 400;
      expect([name, own.some(fails), own.some((fixture) => !fails(fixture))]).toEqual([name, true, true]);
    }
  });

  it.each(FIXTURES.map((fixture) => [fixture.name, fixture] as const))('%s: at most one handles it', (_, fixture) => {
    expect(handling(fixture.event)).toEqual(fixture.shape === 'none' ? [] : [fixture.shape]);
  });

  it('handle every object when the function is one of the components of Faasm', () => {
    const worker = lambdaAdapters({ component: 'worker', isOwn: () => false });
    const names = (event: unknown): string[] =>
      worker.filter((adapter) => adapter.canHandle(event)).map(({ name }) => name);
    expect(names({})).toEqual(['component']);
    expect(names({ user: 'demo', function: 'echo' })).toEqual(['component']);
    for (const { event, shape } of FIXTURES) {
      if (!['direct', 'component', 'none'].includes(shape)) expect(names(event)).toEqual([shape]);
    }
  });

  it.each([
    ['worker', {}, 'NOT_SUPPORTED', 'global queue'],
    ['worker', { target: 'reboot' }, 'BAD_REQUEST', 'Unrecognised worker request type'],
    ['worker', { target: 'flush-all' }, 'BAD_REQUEST', 'Unrecognised worker request type'],
    ['redis', {}, 'BAD_REQUEST', 'Must provide a target for the function'],
    ['redis', { target: 'worker-count' }, 'NOT_SUPPORTED', 'Redis'],
    ['redis', { target: 'x' }, 'BAD_REQUEST', 'Unrecognised target: x'],
    ['state', { user: 'demo' }, 'BAD_REQUEST', '"function"'],
  ] as const)('as %s: %j is answered with %s', (component, event, code, text) => {
    const adapter = lambdaAdapters({ component, isOwn: () => false }).find((candidate) => candidate.canHandle(event));
    expect(() => adapter?.toRequests(event, { requestId: 'r' })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(text) }),
    );
  });

  it("leave the host's own objects alone", () => {
    const own = lambdaAdapters({ isOwn: ({ key }) => key.startsWith('functions/') });
    const event = {
      Records: [
        {
          eventSource: 'aws:s3',
          eventName: 'ObjectCreated:Put',
          s3: { bucket: { name: 'b' }, object: { key: 'functions/demo/x', size: 3 } },
        },
      ],
    };
    const adapter = own.find((candidate) => candidate.canHandle(event));
    expect(adapter?.toRequests(event, { requestId: 'r' })).toEqual([]);
    expect(adapter?.fromResponses(event, [])).toEqual({ uploaded: [], ignored: ['functions/demo/x'] });
  });
});
