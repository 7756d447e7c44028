import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { linesOfZip } from './logs.ts';

test('the jobs one after the other, by number, without time and mark', () => {
  const zip = zipSync({
    '10_report.txt': strToU8('last\n'),
    '2_train.txt': strToU8('\uFEFF2001-01-10T00:10:30.1234567Z one\r\n2001-01-10T00:10:31.1234567Z \r\nplain'),
    'train/1_Set up job.txt': strToU8('is in the file of the job already'),
    'train/system.txt': strToU8('of no use'),
  });
  expect(linesOfZip(zip)).toEqual(['one', '', 'plain', 'last']);
});

test('what would fill the memory is left out', () => {
  const zip = zipSync({ '0_a.txt': new Uint8Array(20_000_000), '1_b.txt': strToU8('kept') });
  expect(zip.length).toBeLessThan(100_000);
  expect(linesOfZip(zip)).toEqual(['kept']);
});

test.each([
  ['no zip', strToU8('<html>expired</html>')],
  ['one that was cut', zipSync({ '0_a.txt': strToU8('one\ntwo') }).subarray(0, 40)],
])('%s is said', (_, bytes) => {
  expect(linesOfZip(bytes)).toEqual([expect.stringMatching(/see the page of the run/)]);
});
