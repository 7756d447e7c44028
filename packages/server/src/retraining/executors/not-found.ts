import { ExecutorError } from './executor.ts';

/** Begins a training. What the peer does not find then is a mistake of the options, not a training that is gone. */
export async function wanting<T>(what: string, begin: () => Promise<T>): Promise<T> {
  try {
    return await begin();
  } catch (error) {
    if (!(error instanceof ExecutorError) || error.trouble !== 'gone') throw error;
    throw new ExecutorError('refused', `${what} is not there, or its credentials do not see it: ${error.message}`);
  }
}
