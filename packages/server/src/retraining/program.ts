import { fileURLToPath } from 'node:url';

/**
 * Path of a program of ours that runs in a thread or process of its own, given relative to `src`, such as
 * `learner/main`. Such a program is always the built one, since Node does not run the sources.
 */
export function programPath(name: string): string {
  const here = import.meta.url;
  return fileURLToPath(new URL(here.endsWith('.ts') ? `../../dist/${name}.js` : `../${name}.js`, here));
}

/** Whether this runs from the sources, as in tests. */
export const FROM_SOURCE = import.meta.url.endsWith('.ts');
