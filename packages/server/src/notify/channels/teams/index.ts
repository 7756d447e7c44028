import { z } from 'zod';
import { defineChannel, previewJson } from '../../channel.ts';
import { secret } from '../../secret.ts';
import { deliverToTeams } from './deliver.ts';
import { renderTeams } from './render.ts';

export const teamsOptions = z.strictObject({
  url: secret(
    z
      .url({ protocol: /^https?$/ })
      .describe('Address of a workflow of Teams that begins "when a Teams webhook request is received".'),
  ),
});

export const teamsChannel = defineChannel({
  type: 'teams',
  label: 'Microsoft Teams',
  description: 'Posts an Adaptive Card to a workflow (Power Automate) of Teams. An end is a card of its own.',
  options: teamsOptions,
  addressIsKey: true,
  preview: (message) => previewJson(renderTeams(message)),
  deliver: deliverToTeams,
});
