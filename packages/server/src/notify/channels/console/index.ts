import { z } from 'zod';
import { defineChannel } from '../../channel.ts';
import { deliverToConsole } from './deliver.ts';
import { renderConsole } from './render.ts';

export const consoleChannel = defineChannel({
  type: 'console',
  label: 'Console',
  description: 'Writes to the standard error of the server.',
  options: z.strictObject({}),
  preview: (message) => ({ contentType: 'text/plain', body: renderConsole(message) }),
  deliver: deliverToConsole,
});
