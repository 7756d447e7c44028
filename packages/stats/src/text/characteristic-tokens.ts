/** How many texts of either side hold a token. */
export interface TokenCount {
  token: string;
  reference: number;
  current: number;
}

export interface CharacteristicToken extends TokenCount {
  /** Log odds ratio over its standard error: above 0 for a token of the window, below 0 for one of the reference. */
  z: number;
}

/** Tokens with a smaller |z| are left out: among thousands of tokens chance alone makes some of about this. */
const LEAST_Z = 4;

/**
 * The tokens that tell two sets of texts apart the most, on either side: by z of the log odds ratio of holding the token,
 * half a text added to each cell so that a token of one side only has finite odds.
 *
 * Source: Gart and Zweifel (1967), Biometrika 54, for the half.
 */
export function characteristicTokens(
  counts: readonly TokenCount[],
  { reference, current }: { reference: number; current: number },
  limit = 10,
): { reference: CharacteristicToken[]; current: CharacteristicToken[] } {
  const scored = counts.map((count): CharacteristicToken => {
    const cells = [count.current, current - count.current, count.reference, reference - count.reference].map(
      (cell) => Math.max(0, cell) + 0.5,
    ) as [number, number, number, number];
    const odds = Math.log(cells[0] / cells[1]) - Math.log(cells[2] / cells[3]);
    return { ...count, z: odds / Math.sqrt(cells.reduce((sum, cell) => sum + 1 / cell, 0)) };
  });
  const strongest = (sign: 1 | -1) =>
    scored
      .filter(({ z }) => sign * z >= LEAST_Z)
      .sort((a, b) => sign * (b.z - a.z) || (a.token < b.token ? -1 : 1))
      .slice(0, limit);
  return { reference: strongest(-1), current: strongest(1) };
}
