import type { ErrorCode } from '../../src/index.ts';

/** What a text must be. */
export type Expected = string | RegExp;

/** A call of a sample function and what comes of it. */
export interface SampleCase {
  /** `<user>/<name>`, as in `func/<language>/<user>/<name>`. */
  readonly sample: string;
  readonly input?: string | Uint8Array;
  readonly cmdline?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** It needs regions that are the same bytes for functions that run at the same time. */
  readonly sharedRegions?: boolean;
  /** State of its user before the first of the two calls. */
  readonly state?: Readonly<Record<string, string>>;
  /** Shared files of its user, likewise. */
  readonly files?: Readonly<Record<string, string>>;
  /** Another sample that is started with it, and its output. */
  readonly beside?: { readonly sample: string; readonly input: string; readonly output: Expected };
  /** The output; one for each of the two calls where they differ. By default there is none. */
  readonly output?: Expected | readonly [Expected, Expected];
  /** By default there is no log. */
  readonly log?: Expected;
  /** By default the call succeeds. */
  readonly error?: ErrorCode;
  readonly message?: Expected;
  readonly returnValue?: number;
}

/** Samples that only check things, and answer nothing when all is well. */
const SILENT = [
  'noop simple errno memcpy memmove calloc malloc brk stackheap munmap mmap_file fcntl filedescriptor file',
  'fstat stat fprintf long_double sizes ptr_ptr random random_float va_arg float_perf log_difference heap simd_check',
  'matrix getenv getcwd getpwuid uname sysconf isatty gettime state_size state_append state_file state_add grow region new_obj mt_difference',
]
  .join(' ')
  .split(' ')
  .map((name) => ({ sample: `demo/${name}` }));

/** Names of the root directory. */
const ROOT_NAMES = /^(?=.*\betc\b)(?=.*\btmp\b)[a-z,]+$/;
/** The names of /etc, in any order, with the two that every directory has. */
const ETC_NAMES = /^(?=.*\bhosts\b)(?=.*\bpasswd\b)(?=.*\bresolv\.conf\b)(?:\.|\.\.|[a-z.]+)(?:,[a-z.]+)+$/;
const SAME_SUM = /^Consumed 500 items, sum \d+$/;

/** Every sample of func/, with what its call answers; some have several rows. */
export const SAMPLE_CASES: readonly SampleCase[] = [
  ...SILENT,
  { sample: 'demo/hello', output: 'Hello Faasm!' },
  { sample: 'demo/hello_ts', output: 'Hello Faasm!' },
  { sample: 'demo/dummy', output: 'dummy' },
  { sample: 'demo/echo', input: 'a\0b', output: 'a\0b' },
  { sample: 'demo/echo', output: 'Nothing to echo' },
  { sample: 'demo/echo_ts', input: 'any bytes', output: 'any bytes' },
  { sample: 'demo/echo_ts', output: 'Nothing to echo' },
  { sample: 'demo/c_example', input: 'first input', output: 'first input', log: 'got 11 bytes\n' },
  { sample: 'demo/c_example', output: 'Nothing to echo' },
  { sample: 'demo/cpp_example', output: 'Sum: 6' },
  { sample: 'demo/cpp_example', input: '10 -20 30', output: 'Sum: 20' },
  {
    sample: 'demo/cpp_example',
    input: '1 2 3 4',
    output: 'Three numbers, please, not 1 2 3 4',
    error: 'FUNCTION_FAILED',
    returnValue: 1,
  },
  { sample: 'demo/typed_input', output: 'Point (3, 4)' },
  { sample: 'demo/typed_input', input: new Uint8Array([5, 0, 0, 0, 255, 255, 255, 255]), output: 'Point (5, -1)' },
  { sample: 'demo/string', output: 'hi there' },
  { sample: 'demo/x2', input: new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), output: 'success' },
  { sample: 'demo/check_input', input: 'http://www.foobar.com' },
  { sample: 'demo/check_input', input: 'http://www.foobar', error: 'FUNCTION_FAILED', returnValue: 1 },
  { sample: 'demo/print', output: 'A line\nNo line end\nformatted -42 03.14 ff' },
  { sample: 'demo/argc_argv', cmdline: 'alpha B_eta G$mma d3-lt4' },
  { sample: 'demo/optarg', cmdline: '-a -b value rest' },
  { sample: 'demo/exit', output: 'Exit handlers run' },
  { sample: 'demo/exit_code', input: '0', output: 'Exiting with 0' },
  {
    sample: 'demo/exit_code',
    input: '3',
    output: 'Exiting with 3',
    error: 'FUNCTION_FAILED',
    message: 'Call failed (return value=3)',
    returnValue: 3,
  },
  { sample: 'demo/abort', output: 'About to abort', error: 'GUEST_TRAP', message: /abort/ },
  { sample: 'demo/conf_flags', log: 'There is no configuration flag NO_SUCH_FLAG; it is off.\n' },
  { sample: 'demo/backtrace', log: /^#0 inner \(0x[0-9a-f]+\)\n#1 outer \(0x[0-9a-f]+\)\n#2 \S+ \(0x[0-9a-f]+\)\n$/ },
  { sample: 'demo/time', output: /^Seconds: \d{10}$/ },
  { sample: 'demo/time_of_day', output: /^Seconds: \d{10}$/ },
  { sample: 'demo/sleep', input: '5', output: 'Slept 5 ms' },
  { sample: 'demo/fibonacci', output: 'Fibonacci 4 = 3' },
  { sample: 'demo/fibonacci', input: '20', output: 'Fibonacci 20 = 6765' },
  { sample: 'demo/fibonacci_ts', input: '20', output: 'Fibonacci 20 = 6765' },
  { sample: 'demo/reverse_ts', input: 'héllo 🙂', output: '🙂 olléh' },
  {
    sample: 'demo/stdio',
    input: 'one\ntwo\n',
    cmdline: 'first',
    environment: { NAME: 'value', PYTHONHOME: '/own' },
    output:
      /^argument 0: function\.wasm\nargument 1: first\n(environment: \w+=\S+\n)+environment: NAME=value\nenvironment: PYTHONHOME=\/own\ninput 1: one\ninput 2: two\na float: 28\.393$/,
    log: '2 lines of input\n',
  },
  {
    sample: 'demo/stdout',
    input: '23',
    output: 'Normal Faasm output',
    log: 'Input value = 23\ni=7 s=8 f=7.89\nFloatA=28.393 FloatB=181.493\nOut: I am output\nUnformatted output\n',
  },
  { sample: 'demo/stderr', log: 'stdin=0  stdout=1  stderr=2\nThis is for stderr\n\n' },
  { sample: 'demo/files', output: /^\/tmp\/faasm\.txt: I am some test content\n\/etc: hosts,passwd,resolv\.conf$/ },
  { sample: 'demo/shared_file', output: 'This is some dummy content' },
  {
    sample: 'demo/shared_file',
    input: 'faasm://test/shared-wasm.txt',
    files: { 'test/shared-wasm.txt': 'I am some test content\r' },
    output: 'I am some test content\r',
  },
  {
    sample: 'demo/shared_file',
    input: 'faasm://none',
    output: 'Cannot open faasm://none: No such file or directory',
    error: 'FUNCTION_FAILED',
    returnValue: 1,
  },
  { sample: 'demo/fread', output: '127.0.0.1\tlocalhost\n' },
  { sample: 'demo/listdir', output: ROOT_NAMES },
  { sample: 'demo/listdir', input: '/etc', output: 'hosts,passwd,resolv.conf' },
  {
    sample: 'demo/listdir',
    input: '/none',
    output: 'Cannot list /none',
    error: 'FUNCTION_FAILED',
    returnValue: 1,
  },
  { sample: 'demo/getdents', output: ETC_NAMES },
  { sample: 'demo/mmap', output: 'success' },
  { sample: 'demo/zygote_check', output: 'Global A = 5, global B = 102, allocated in the zygote' },
  { sample: 'demo/cpp_words', input: 'a b a c b a d', output: '4 distinct words\na: 3\nb: 2\nc: 1' },
  { sample: 'demo/state_counter', output: ['Counter: 001', 'Counter: 002'] },
  { sample: 'demo/increment', output: ['Counter: 001', 'Counter: 002'] },
  { sample: 'demo/counter_ts', output: ['Counter: 001', 'Counter: 002'] },
  { sample: 'demo/stateop', output: ['0 -> 1', '1 -> 2'] },
  { sample: 'demo/state_async', output: 'equal' },
  { sample: 'demo/state_shared_write', output: 'success' },
  { sample: 'demo/state_shared_read', state: { state_shared_example: '\x05'.repeat(7) }, output: 'success' },
  {
    sample: 'demo/state_shared_read',
    state: { state_shared_example: 'other' },
    log: 'expected 7 bytes but there are 5\n',
    error: 'FUNCTION_FAILED',
    returnValue: 1,
  },
  { sample: 'demo/state_offset', output: 'success' },
  { sample: 'demo/state_shared_write_offset', output: 'success' },
  {
    sample: 'demo/state_shared_read_offset',
    state: { state_shared_offset_example: '\0\0\x06\x07\x08\0\0' },
    output: 'success',
  },
  {
    sample: 'demo/state_shared_read_offset',
    state: { state_shared_offset_example: '\0\0\x06\x09\x08\0\0' },
    log: 'byte 3 is 9\n',
    error: 'FUNCTION_FAILED',
    returnValue: 1,
  },
  { sample: 'demo/state_locks', output: ['Counter: 001', 'Counter: 002'] },
  { sample: 'demo/state_locks', input: 'global', output: ['Counter: 001', 'Counter: 002'] },
  { sample: 'demo/state_lock_guard', output: ['Counter: 001', 'Counter: 002'] },
  { sample: 'demo/state_parts_ts', output: 'abcXefgh cXe 012 5' },
  { sample: 'demo/print_state', state: { printable: 'some state' }, output: 'some state' },
  {
    sample: 'demo/word_count',
    state: { text: 'one two\none' },
    output: '1 lines, 3 words, 11 bytes, 2 distinct words',
  },
  {
    sample: 'demo/word_count',
    input: 'none',
    output: 'No value at key none',
    error: 'FUNCTION_FAILED',
    returnValue: 1,
  },
  {
    sample: 'demo/produce',
    sharedRegions: true,
    input: '500',
    output: /^Produced 500 items, sum \d+$/,
    beside: { sample: 'demo/consume', input: '500', output: SAME_SUM },
  },
  {
    sample: 'demo/consume',
    sharedRegions: true,
    input: '500 other-ring',
    output: SAME_SUM,
    beside: { sample: 'demo/produce', input: '500 other-ring', output: /^Produced 500 items, sum \d+$/ },
  },
  {
    sample: 'demo/env_ts',
    cmdline: 'and friends',
    environment: { GREETED: 'Faasm' },
    output: 'Hello Faasm, home /, and friends',
  },
  { sample: 'demo/log_ts', input: 'text', output: 'logged', log: 'got 4 characters\nthis is an error\n' },
  {
    sample: 'demo/log_ts',
    input: 'fail',
    log: 'got 4 characters\nthis is an error\n',
    error: 'FUNCTION_FAILED',
    returnValue: 7,
  },
  { sample: 'demo/state_ts', input: 'get greeting', output: 'greeting has no value' },
  { sample: 'demo/state_ts', input: 'set colour deep blue', output: 'colour = deep blue' },
  { sample: 'demo/state_ts', input: 'get colour', output: 'deep blue' },
  { sample: 'demo/json_ts', input: '[1, 2.5, -3e2]', output: '{"count":3,"sum":-296.5}' },
  { sample: 'demo/json_ts', input: '[]', output: '{"count":0,"sum":0.0}' },
  {
    sample: 'demo/json_ts',
    input: '[1, 2',
    output: '{"error":"not an array of numbers"}',
    error: 'FUNCTION_FAILED',
    returnValue: 1,
  },
  {
    sample: 'errors/ret_one',
    error: 'FUNCTION_FAILED',
    message: 'Call failed (return value=1)',
    returnValue: 1,
  },
  {
    sample: 'errors/bad_malloc',
    output: 'No memory for 2147483647 bytes',
    error: 'FUNCTION_FAILED',
    returnValue: 1,
  },
  { sample: 'errors/stackoverflow', error: 'GUEST_TRAP', message: /out of bounds in recurse \(/ },
  {
    sample: 'errors/open_blocked',
    output: 'Cannot open /etc/shadow: No such file or directory',
    error: 'FUNCTION_FAILED',
    returnValue: 1,
  },
  { sample: 'errors/trap', error: 'GUEST_TRAP', message: /divide by zero in divide \(0x[0-9a-f]+\) < / },
  { sample: 'errors/trap', input: 'two!', output: '25' },
  { sample: 'errors/bad_pointer', error: 'BAD_POINTER', message: /outside the memory/ },
  { sample: 'sgd/sgd_generate', input: '0', error: 'FUNCTION_FAILED', output: '0 examples: use 1 to 10000000' },
  { sample: 'sgd/sgd_generate', input: '200', output: /^200 examples, 47236 features, \d+ values, 0\.1[567]\d %$/ },
  { sample: 'sgd/sgd_step', input: '1 2 0 3 1', output: 'worker 1 of 2: 3 epochs' },
  { sample: 'sgd/sgd_step', input: '2 2', error: 'FUNCTION_FAILED', output: 'No worker 2 of 2 from epoch 0 on for 1' },
  { sample: 'sgd/sgd_loss', output: /^loss 0\.\d{6}, [6-9]\d\.\d\d % right$/ },
  { sample: 'polybench/poly_atax' },
  { sample: 'polybench/poly_2mm' },
  { sample: 'polybench/poly_jacobi-1d' },
];
