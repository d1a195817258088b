// What a JavaScript function would load once: a catalogue with a full-text index. Deterministic, about 14 MB of heap.
'use strict';

let seed = 12345;
function random(limit) {
  // Numerical Recipes' generator: Math.random would differ from build to build.
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 4294967296) * limit);
}

const SYLLABLES = 'ba be bi bo da de di do fa fe fi fo ka ke ki ko la le li lo ma me mi mo na ne ni no'.split(' ');
function word() {
  let text = '';
  for (let left = 2 + random(2); left > 0; left--) text += SYLLABLES[random(SYLLABLES.length)];
  return text;
}

class Product {
  constructor(id) {
    this.id = id;
    this.name = `${word()} ${word()}`;
    this.price = { amount: 100 + random(9900), currency: 'EUR' };
    this.tags = [word(), word(), word()];
    this.description = Array.from({ length: 6 }, word).join(' ');
  }

  get words() {
    return new Set([...this.name.split(' '), ...this.tags, ...this.description.split(' ')]);
  }
}

const catalogue = Array.from({ length: 14000 }, (_, id) => new Product(id));
const index = new Map();
for (const product of catalogue) {
  for (const key of product.words) {
    const found = index.get(key);
    if (found) found.push(product);
    else index.set(key, [product]);
  }
}

// Products that hold every word of the query, the cheapest first.
function search(query) {
  const [first = [], ...others] = query.split(/\s+/).map((key) => index.get(key) || []);
  return first
    .filter((product) => others.every((list) => list.includes(product)))
    .sort((left, right) => left.price.amount - right.price.amount || left.id - right.id);
}

const templates = {
  row: ({ name, price }) => `${name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())}: ${(price.amount / 100).toFixed(2)} ${price.currency}`,
};

function render(query) {
  return search(query).map(templates.row).join('\n');
}

// Arithmetic on typed arrays by the interpreter's native kernels: vector('add', prices, 5).
const TYPES = new Map([
  [Int8Array, 'i8'], [Uint8Array, 'u8'], [Int16Array, 'i16'], [Uint16Array, 'u16'], [Int32Array, 'i32'],
  [Uint32Array, 'u32'], [Float32Array, 'f32'], [Float64Array, 'f64'],
]);

function vector(operation, left, right) {
  const array = typeof left === 'number' ? right : left;
  const shape = array === right ? 'sa' : typeof right === 'number' ? 'as' : 'aa';
  const operand = (value) => (typeof value === 'number' ? array.constructor.of(value) : value);
  const kernel = findKernel(`${operation}_${shape}_${TYPES.get(array.constructor)}`);
  const out = new array.constructor(array.length);
  if (shape === 'aa' && right.length !== left.length) throw new RangeError('vectors differ in length');
  runKernel(kernel, operand(left), operand(right), out, array.length);
  return out;
}

function reduce(operation, array) {
  const out = new array.constructor(1);
  runKernel(findKernel(`${operation}_${TYPES.get(array.constructor)}`), array, array, out, array.length);
  return out[0];
}

const prices = Float64Array.from(catalogue, (product) => product.price.amount);
