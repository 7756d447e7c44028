import { azure } from './azure.ts';
import { evidently } from './evidently.ts';
import type { CompatibilityMode } from './mode.ts';
import { nannyml } from './nannyml.ts';
import { whylogs } from './whylogs.ts';

/** Every peer whose numbers Leeway gives on request. */
export const compatibilityModes: readonly CompatibilityMode[] = [evidently, nannyml, whylogs, azure];

/** @throws Error when no mode has the id. */
export function compatibilityMode(id: string): CompatibilityMode {
  const mode = compatibilityModes.find((mode) => mode.id === id);
  const ids = compatibilityModes.map((mode) => mode.id).join(', ');
  if (!mode) throw new Error(`Unknown compatibility mode "${id}": use one of ${ids}.`);
  return mode;
}
