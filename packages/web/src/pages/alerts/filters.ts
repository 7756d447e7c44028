import type { AlertFilter } from '../../api/alerts.ts';

/** What the list of alerts is narrowed to, as it stands in the address. */
export interface AlertSearch {
  state?: string;
  severity?: string;
  model?: string;
  rule?: string;
  assignee?: string;
  verdict?: string;
  muted?: string;
}

export const OPEN = 'open';
export const ALL = 'all';
/** In the address an assignee that is nobody; no name begins so. */
export const NOBODY = '-';

const CHOICES: Partial<Record<keyof AlertSearch, readonly string[]>> = {
  state: [OPEN, 'firing', 'pending', 'recovering', 'resolved', ALL],
  severity: ['critical', 'warning', 'info'],
  verdict: ['none', 'useful', 'noise', 'expected', 'duplicate'],
  muted: ['true', 'false'],
};
const KEYS = ['state', 'severity', 'model', 'rule', 'assignee', 'verdict', 'muted'] as const;

/** Reads an address; what is not known is left out. */
export function alertSearch(search: Record<string, unknown>): AlertSearch {
  return Object.fromEntries(
    KEYS.flatMap((key) => {
      const given = search[key];
      const text = typeof given === 'boolean' ? String(given) : given;
      if (typeof text !== 'string' || text === '') return [];
      return (CHOICES[key]?.includes(text) ?? true) ? [[key, text]] : [];
    }),
  );
}

/** What the API is asked. Without a choice those that are open. */
export function filterOf({ state = OPEN, assignee, ...rest }: AlertSearch): AlertFilter {
  return {
    ...rest,
    ...(state === ALL ? {} : { state }),
    ...(assignee === undefined ? {} : { assignee: assignee === NOBODY ? '' : assignee }),
  };
}

/** Whether anything but the state narrows the list. */
export const isNarrowed = ({ state: _, ...rest }: AlertSearch): boolean => Object.keys(rest).length > 0;
