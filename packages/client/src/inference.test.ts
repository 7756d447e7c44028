import { expect, test } from 'vitest';
import { toTensors } from './inference.ts';

test('a column of vectors is a tensor as wide as they are, and a missing one is nulls', () => {
  expect(toTensors([{ v: [1, 2, 3], x: 1 }, { x: null }])).toEqual([
    {
      name: 'v',
      shape: [2, 3],
      datatype: 'FP32',
      data: [
        [1, 2, 3],
        [null, null, null],
      ],
    },
    { name: 'x', shape: [2], datatype: 'FP64', data: [1, null] },
  ]);
});
