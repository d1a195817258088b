import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../../..');
const run = promisify(execFile);

/** What we read of a CloudFormation template. */
interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, unknown>>;
}

interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly DependsOn?: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: each type of resource has its own form, and AWS declares thousands
  readonly Properties: any;
}

/** Variables that Lambda sets itself and does not let be set. */
const RESERVED =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_REGION|REGION|EXECUTION_ENV|LAMBDA_.*|ACCESS_KEY.*|SECRET_ACCESS_KEY|SESSION_TOKEN|XRAY_.*)|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR)$/;

let checkout: string;
let template: Template;
let output: string;

beforeAll(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'faasm-checkout-'));
  await copyCheckout();
  output = await serverless('package');
  const file = join(checkout, '.serverless/cloudformation-template-update-stack.json');
  template = JSON.parse(await readFile(file, 'utf8'));
});
afterAll(() => rm(checkout, { recursive: true, force: true }));

/** What a clone of the project and `npm ci` give, without anything that was built. */
async function copyCheckout(): Promise<void> {
  const folders = ['adapters', 'bin', 'guest', 'native', 'scripts', 'src', 'package.json', 'serverless.yml'];
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ...folders];
  const { stdout } = await run('git', list, { cwd: ROOT, maxBuffer: 16 * 1024 * 1024 });
  for (const name of stdout.split('\0').filter((line) => line !== '')) {
    // Listed by git and removed since.
    if ((await stat(join(ROOT, name)).catch(() => undefined)) !== undefined) {
      await cp(join(ROOT, name), join(checkout, name));
    }
  }
  await symlink(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
}

/** Runs `serverless` of osls, without a network and without an account; answers what it printed. */
async function serverless(...args: string[]): Promise<string> {
  const program = join(checkout, 'node_modules/osls/bin/serverless.js');
  const { stdout, stderr } = await run(process.execPath, [program, ...args], {
    cwd: checkout,
    env: {
      PATH: process.env['PATH'],
      HOME: checkout,
      SLS_TELEMETRY_DISABLED: '1',
      SLS_NOTIFICATIONS_MODE: 'off',
      NODE_OPTIONS: `--require=${join(ROOT, 'test/support/no-network.cjs')}`,
    },
  });
  return stdout + stderr;
}

/** Resources of a type by name. */
function all(type: string): [string, Resource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

/** The only resource of a type. */
function only(type: string): [string, Resource] {
  const found = all(type);
  expect(found.map(([name]) => name)).toHaveLength(1);
  return found[0] as [string, Resource];
}

const at = (name: string): Resource => template.Resources[name] as Resource;
const arnOf = (name: string) => ({ 'Fn::GetAtt': [name, 'Arn'] });

/** Statements of all policies in `value`, however deep. */
function statements(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(statements);
  if (typeof value !== 'object' || value === null) return [];
  const own = 'Effect' in value ? [value as Record<string, unknown>] : [];
  return [...own, ...Object.values(value).flatMap(statements)];
}

describe('serverless package, from a clean checkout without a network', () => {
  it('says nothing but that it is done', () => {
    expect(output).toContain('Service packaged');
    expect(output).not.toMatch(/warning|error|deprecat/i);
  });

  it('makes a package of at most 6 MB', async () => {
    const { size } = await stat(join(checkout, 'build/aws-lambda/faasm.zip'));
    expect(size).toBeGreaterThan(100_000);
    expect(size).toBeLessThan(6 * 1024 * 1024);
  });

  it('makes functions on nodejs24.x, in the VPC, with settings that Lambda accepts', () => {
    const functions = all('AWS::Lambda::Function');
    expect(functions.map(([, { Properties }]) => Properties.Handler).sort()).toEqual([
      'handler.handler',
      'handler.streamHandler',
    ]);
    for (const [, { Properties }] of functions) {
      expect(Properties.Runtime).toBe('nodejs24.x');
      expect(Properties.Architectures).toEqual(['x86_64']);
      expect(Properties.Code.S3Key).toMatch(/faasm\.zip$/);
      expect(Properties.VpcConfig.SubnetIds).toEqual([{ Ref: 'SubnetA' }, { Ref: 'SubnetB' }]);
      expect(Properties.VpcConfig.SecurityGroupIds).toEqual([{ Ref: 'FunctionSecurityGroup' }]);
      const variables = Object.keys(Properties.Environment.Variables);
      expect(variables).toEqual(expect.arrayContaining(['FAASM_ADMIN_TOKEN', 'FAASM_S3_BUCKET']));
      expect(variables.filter((name) => RESERVED.test(name))).toEqual([]);
      expect(JSON.stringify(Properties.Environment).length).toBeLessThan(4096);
    }
  });

  it('tells where it can be reached', () => {
    expect(Object.keys(template.Outputs)).toEqual(
      expect.arrayContaining(['HttpApiUrl', 'StreamLambdaFunctionUrl', 'AdminTokenSecret']),
    );
  });

  it('allows actions on what they are for, never on everything', () => {
    const found = statements(template.Resources);
    expect(found.length).toBeGreaterThan(6);
    const resources = found.flatMap(({ Resource }) => [Resource].flat());
    expect(resources.filter((resource) => resource === undefined || resource === '*')).toEqual([]);
    const [, role] = only('AWS::IAM::Role');
    const actions = statements(role.Properties.Policies).flatMap(({ Action }) => [Action].flat());
    expect(actions.filter((action) => String(action).includes('*'))).toEqual([]);
    // The network interfaces of a function in a VPC; AWS's own policy, which names no resources either.
    const managed = JSON.stringify(role.Properties.ManagedPolicyArns);
    expect(managed).toContain(':iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole');
    expect(role.Properties.ManagedPolicyArns).toHaveLength(1);
  });

  it('takes calls from a queue whose messages end in a dead-letter queue', () => {
    const { VisibilityTimeout, RedrivePolicy } = at('CallQueue').Properties;
    const [, mapping] = only('AWS::Lambda::EventSourceMapping');
    expect(mapping.Properties.EventSourceArn).toEqual(arnOf('CallQueue'));
    expect(mapping.Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
    const name = mapping.Properties.FunctionName['Fn::GetAtt'][0];
    expect(VisibilityTimeout).toBeGreaterThanOrEqual(6 * at(name).Properties.Timeout);
    expect(RedrivePolicy.deadLetterTargetArn).toEqual(arnOf('DeadLetterQueue'));
    expect(RedrivePolicy.maxReceiveCount).toBeGreaterThanOrEqual(5);
    // Failed events of the bucket, too.
    const [, events] = only('AWS::Lambda::EventInvokeConfig');
    expect(events.Properties.DestinationConfig.OnFailure.Destination).toEqual(arnOf('DeadLetterQueue'));
  });

  it('is told of objects in the bucket for uploads only, by S3 only', () => {
    const uploads = at('UploadsBucket').Properties;
    expect(uploads.NotificationConfiguration.LambdaConfigurations).toEqual([
      { Event: 's3:ObjectCreated:*', Function: arnOf('FaasmLambdaFunction') },
    ]);
    expect(at('StoreBucket').Properties.NotificationConfiguration).toBeUndefined();
    const permission = at('UploadsPermission').Properties;
    expect(permission.Principal).toBe('s3.amazonaws.com');
    expect(permission.SourceArn['Fn::Sub']).toBe(`arn:\${AWS::Partition}:s3:::${uploads.BucketName['Fn::Sub']}`);
    const { Variables } = at('FaasmLambdaFunction').Properties.Environment;
    expect(Variables.FAASM_S3_BUCKET).toEqual(at('StoreBucket').Properties.BucketName);
    for (const name of ['StoreBucket', 'UploadsBucket']) {
      expect(Object.values(at(name).Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    }
  });

  it('has a network without a way to the internet, but to S3', () => {
    expect(all('AWS::EC2::Subnet')).toHaveLength(2);
    expect(all('AWS::EC2::SubnetRouteTableAssociation')).toHaveLength(2);
    expect(all('AWS::EC2::InternetGateway')).toEqual([]);
    expect(all('AWS::EC2::Route')).toEqual([]);
    const [, endpoint] = only('AWS::EC2::VPCEndpoint');
    expect(endpoint.Properties.VpcEndpointType).toBe('Gateway');
    expect(endpoint.Properties.RouteTableIds).toEqual([{ Ref: 'RouteTable' }]);
  });

  it('keeps state in Redis where there is one', () => {
    for (const [, { Properties }] of all('AWS::Lambda::Function')) {
      const { FAASM_STATE: state, FAASM_REDIS_URL: url } = Properties.Environment.Variables;
      expect(state).toEqual({ 'Fn::If': ['WithRedis', 'redis', { Ref: 'AWS::NoValue' }] });
      const [condition, made, otherwise] = url['Fn::If'];
      expect([condition, otherwise]).toEqual(['WithRedis', { Ref: 'AWS::NoValue' }]);
      const address = { 'Fn::GetAtt': ['Redis', 'PrimaryEndPoint.Address'] };
      expect(made).toEqual({ 'Fn::Join': ['', ['rediss://', address, ':6379']] });
    }
  });

  it('makes Redis only for those who ask, for the functions only', async () => {
    const [, redis] = only('AWS::ElastiCache::ReplicationGroup');
    expect(redis.Condition).toBe('WithRedis');
    expect(redis.Properties.TransitEncryptionEnabled).toBe(true);
    expect(at('RedisSecurityGroup').Properties.SecurityGroupIngress).toEqual([
      {
        IpProtocol: 'tcp',
        FromPort: 6379,
        ToPort: 6379,
        SourceSecurityGroupId: { 'Fn::GetAtt': ['FunctionSecurityGroup', 'GroupId'] },
      },
    ]);
    expect(only('AWS::ElastiCache::SubnetGroup')[1].Condition).toBe('WithRedis');
    const [parameters, group] = only('AWS::ElastiCache::ParameterGroup');
    expect(group.Condition).toBe('WithRedis');
    // What the host asks for: no value and no lock is thrown away when memory is full.
    expect(group.Properties.Properties).toEqual({ 'maxmemory-policy': 'noeviction' });
    expect(redis.Properties.CacheParameterGroupName).toEqual({ Ref: parameters });
  });

  it('never holds the token itself', () => {
    const { Variables } = at('StreamLambdaFunction').Properties.Environment;
    expect(Variables.FAASM_ADMIN_TOKEN).toEqual({
      'Fn::Sub': `{{resolve:secretsmanager:\${AdminToken}:SecretString}}`,
    });
    expect(at('AdminToken').Properties.GenerateSecretString.PasswordLength).toBeGreaterThanOrEqual(32);
  });

  it('has no circle of references, which CloudFormation would refuse', () => {
    const names = new Set(Object.keys(template.Resources));
    const uses = new Map(Object.entries(template.Resources).map(([name, value]) => [name, references(value, names)]));
    const done = new Set<string>();
    const visit = (name: string, path: readonly string[]): void => {
      if (path.includes(name)) throw new Error(`circle: ${[...path, name].join(' -> ')}`);
      if (done.has(name)) return;
      for (const used of uses.get(name) ?? []) visit(used, [...path, name]);
      done.add(name);
    };
    for (const name of names) visit(name, []);
    expect(done.size).toBe(names.size);
  });

  it('can be for arm64, and with Redis', async () => {
    await serverless('package', '--param', 'architecture=arm64', '--param', 'redis=true', '--package', 'arm').then(
      async () => {
        const file = join(checkout, 'arm/cloudformation-template-update-stack.json');
        const made = JSON.parse(await readFile(file, 'utf8'));
        expect(made.Resources.FaasmLambdaFunction.Properties.Architectures).toEqual(['arm64']);
        expect(made.Conditions.WithRedis).toEqual({ 'Fn::Equals': ['true', 'true'] });
      },
      // A machine without a compiler for it is told which one.
      (error) => expect(error.stdout + error.stderr).toMatch(/no native layer for arm64.*gcc-aarch64-linux-gnu/s),
    );
  });
});

/** Names of resources that `value` refers to. */
function references(value: unknown, names: ReadonlySet<string>): string[] {
  if (typeof value === 'string') return [];
  if (Array.isArray(value)) return value.flatMap((item) => references(item, names));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (key === 'Ref' && names.has(item)) return [item];
    if (key === 'Fn::GetAtt')
      return [item]
        .flat()
        .slice(0, 1)
        .filter((name) => names.has(name));
    if (key === 'DependsOn') return [item].flat().filter((name) => names.has(name));
    if (key === 'Fn::Sub') {
      return [...String(item).matchAll(/\$\{([^.}]+)/g)].flatMap(([, name = '']) => (names.has(name) ? [name] : []));
    }
    return references(item, names);
  });
}
