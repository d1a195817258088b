/** The arithmetic of func/c/sgd/sgd.h for the processes that a Node program would be made of. */
export interface TrainingSet {
  readonly examples: number;
  readonly values: Float32Array;
  readonly features: Int32Array;
  readonly starts: Int32Array;
  readonly outputs: Float32Array;
  readonly counts: Int32Array;
  readonly learningRate: number;
  readonly decay: number;
  readonly regularisation: number;
}

/** Whose state the functions of func/c/sgd use here. */
export const SGD_USER = 'sgd';

/** State keys of a set, as sgd_generate writes them. */
export const SET_KEYS = [
  'sgd_params',
  'inputs_vals',
  'inputs_innr',
  'inputs_outr',
  'outputs',
  'feature_counts',
] as const;

/** State key of the weights. */
export const WEIGHTS_KEY = 'weights';

/** Features of a set. */
export const FEATURES = 47_236;

/** A set from the values of its {@link SET_KEYS}, in their order; each is copied. */
export function trainingSet(parts: readonly Uint8Array[]): TrainingSet {
  const buffer = (index: number): ArrayBuffer => new Uint8Array(parts[index] ?? []).buffer;
  const params = new DataView(buffer(0));
  return {
    examples: params.getInt32(4, true),
    learningRate: params.getFloat64(8, true),
    decay: params.getFloat64(16, true),
    regularisation: params.getFloat64(24, true),
    values: new Float32Array(buffer(1)),
    features: new Int32Array(buffer(2)),
    starts: new Int32Array(buffer(3)),
    outputs: new Float32Array(buffer(4)),
    counts: new Int32Array(buffer(5)),
  };
}

/** The part of one worker in a pass over all examples. */
export function pass(set: TrainingSet, weights: Float64Array, worker: number, workers: number, epoch: number): void {
  const { examples, values, features, starts, outputs, counts } = set;
  const rate = set.learningRate * set.decay ** epoch;
  const shrink = rate * set.regularisation * examples;
  const end = Math.floor((examples * (worker + 1)) / workers);
  for (let example = Math.floor((examples * worker) / workers); example < end; example += 1) {
    const output = outputs[example] as number;
    const step = margin(set, weights, example) < 1 ? rate * output : 0;
    for (let at = starts[example] as number; at < (starts[example + 1] as number); at += 1) {
      const feature = features[at] as number;
      const weight = weights[feature] as number;
      weights[feature] = weight + step * (values[at] as number) - (shrink / (counts[feature] as number)) * weight;
    }
  }
}

/** Mean hinge loss with the regularisation. */
export function loss(set: TrainingSet, weights: Float64Array): number {
  let sum = 0;
  for (let example = 0; example < set.examples; example += 1) sum += Math.max(0, 1 - margin(set, weights, example));
  const squares = weights.reduce((total, weight) => total + weight * weight, 0);
  return sum / set.examples + (set.regularisation / 2) * squares;
}

function margin({ starts, values, features, outputs }: TrainingSet, weights: Float64Array, example: number): number {
  let sum = 0;
  for (let at = starts[example] as number; at < (starts[example + 1] as number); at += 1) {
    sum += (values[at] as number) * (weights[features[at] as number] as number);
  }
  return sum * (outputs[example] as number);
}
