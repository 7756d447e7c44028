/** How many parts a short message takes: GSM 03.38 counts in septets, and everything else in UTF-16 units. */

const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** Take two septets each. */
const EXTENDED = '\f^{}\\[~]|€';
const SEPTETS = new Map([...[...BASIC].map((c) => [c, 1] as const), ...[...EXTENDED].map((c) => [c, 2] as const)]);

const LIMITS = { gsm7: { one: 160, each: 153 }, ucs2: { one: 70, each: 67 } };

/** The alphabet that a text needs as a whole: one character outside of GSM 7 makes all of it UCS-2. */
export const alphabetOf = (text: string): 'gsm7' | 'ucs2' => ([...text].every((c) => SEPTETS.has(c)) ? 'gsm7' : 'ucs2');

/** Parts that the text is sent in. */
export function countSegments(text: string): number {
  const alphabet = alphabetOf(text);
  const { one, each } = LIMITS[alphabet];
  const units = alphabet === 'gsm7' ? [...text].map((c) => SEPTETS.get(c) ?? 1) : [...text].map((c) => c.length);
  if (units.reduce((sum, size) => sum + size, 0) <= one) return 1;
  // A character of two units is not torn apart, so that a part may stay a unit short.
  let segments = 1;
  let used = 0;
  for (const size of units) {
    if (used + size > each) {
      segments += 1;
      used = 0;
    }
    used += size;
  }
  return segments;
}

const REPLACED: Readonly<Record<string, string>> = {
  '…': '...',
  '–': '-',
  '—': '-',
  '−': '-',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '≥': '>=',
  '≤': '<=',
  '×': 'x',
  '·': '-',
  '→': '->',
  '`': "'",
  '\t': ' ',
};

/** The text in GSM 7, with accents and signs made plain; as it is where that would leave too little of it. */
export function toGsm(text: string): string {
  let lost = 0;
  const plain = [...text]
    .map((c) => {
      if (SEPTETS.has(c)) return c;
      const base = REPLACED[c] ?? c.normalize('NFKD').replace(/\p{M}/gu, '');
      if (base !== '' && [...base].every((b) => SEPTETS.has(b))) return base;
      lost += 1;
      return '?';
    })
    .join('');
  return lost * 10 > text.length ? text : plain;
}
