export const SPANS = [7, 28, 90] as const;
export type Span = (typeof SPANS)[number];

/** What is looked back on. */
export interface ReviewSearch {
  model?: string;
  /** Days. */
  days?: Span;
}

export function reviewSearch({ model, days }: Record<string, unknown>): ReviewSearch {
  const span = SPANS.find((one) => one === Number(days));
  return {
    ...(typeof model === 'string' && model !== '' ? { model } : {}),
    ...(span === undefined ? {} : { days: span }),
  };
}
