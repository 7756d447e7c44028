/** A version, as far as it decides whether its artifact stays. */
export interface Holder {
  model: string;
  version: string;
  /** Its place among the versions of its model. */
  number: number;
  createdAt: number;
  artifact: string;
  /** Whether it has ever served: then a rollback may go to it. */
  served: boolean;
  aliases: readonly string[];
  /** Whether a run that is under way, or waits for a person, refers to it. */
  inRun: boolean;
  /** Whether the configuration names it, as a shadow or a fallback. */
  configured: boolean;
}

export interface KeepPolicy {
  /** The newest versions of each model stay, so many. */
  keep: number;
  /** Younger versions stay, in milliseconds. */
  afterMs: number;
}

/** Why the artifact of a version stays; null if nothing speaks for it. Pure. */
export function whyKept(holder: Holder, newer: number, { keep, afterMs }: KeepPolicy, now: number): string | null {
  if (holder.aliases.length > 0) return `it is ${holder.aliases.join(', ')}`;
  if (holder.served) return 'it has served';
  if (holder.inRun) return 'a run needs it';
  if (holder.configured) return 'the configuration names it';
  if (newer < keep) return 'it is one of the newest';
  if (now - holder.createdAt < afterMs) return 'it is young';
  return null;
}

/** The artifacts that a version still needs. What is not among them is garbage. */
export function neededArtifacts(holders: readonly Holder[], policy: KeepPolicy, now: number): Set<string> {
  const needed = new Set<string>();
  const newer = new Map<string, number>();
  for (const holder of holders.toSorted((a, b) => b.number - a.number)) {
    const before = newer.get(holder.model) ?? 0;
    newer.set(holder.model, before + 1);
    if (whyKept(holder, before, policy, now) !== null) needed.add(holder.artifact);
  }
  return needed;
}
