/**
 * A seeded generator of unsigned 32-bit integers: sfc32, which passes PractRand. The same seed gives the same numbers
 * on every machine. Not for secrets.
 *
 * Source: Doty-Humphrey, PractRand, http://pracrand.sourceforge.net
 */
export function randomIntegers(seed: number): () => number {
  let a = 0;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = seed | 0;
  let counter = 1;
  const next = () => {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}
