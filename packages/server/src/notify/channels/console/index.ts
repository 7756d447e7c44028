import { z } from 'zod';
import { defineChannel } from '../../channel.ts';
import { deliverToConsole } from './deliver.ts';

export const consoleChannel = defineChannel({
  type: 'console',
  label: 'Console',
  description: 'Writes to the standard error of the server.',
  options: z.strictObject({}),
  deliver: deliverToConsole,
});
