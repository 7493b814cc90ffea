// TAP for tests in JavaScript. A test's name is a sentence about behaviour; the last call is done().
import {isDeepStrictEqual} from 'node:util';

let count = 0;
let failures = 0;

export function diag(text) {
  for (const line of String(text).split('\n'))
    console.log(`# ${line}`);
}

export function ok(passed, name) {
  if (!passed)
    ++failures;
  console.log(`${passed ? 'ok' : 'not ok'} ${++count} - ${name}`);
  return passed;
}

export function is(got, expected, name) {
  if (!ok(isDeepStrictEqual(got, expected), name))
    diag(`     got: ${JSON.stringify(got)}\nexpected: ${JSON.stringify(expected)}`);
}

export function like(got, pattern, name) {
  if (!ok(pattern.test(got), name))
    diag(`          got: ${got}\ndoesn't match: ${pattern}`);
}

export function done() {
  console.log(`1..${count}`);
  return failures === 0;
}
