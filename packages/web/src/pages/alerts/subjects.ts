import type { Alert } from '@leeway/contract';

const NAMING = ['model', 'rule', 'column', 'slice'];

/** The labels by which one would silence the alerts: of each what names its subject; what is about the same comes once. */
export function subjectsOf(alerts: readonly Pick<Alert, 'labels'>[]): Record<string, string>[] {
  const subjects = alerts.map(({ labels }) =>
    Object.fromEntries(NAMING.flatMap((label) => (label in labels ? [[label, labels[label]!]] : []))),
  );
  return [...new Map(subjects.map((subject) => [JSON.stringify(subject), subject])).values()];
}
