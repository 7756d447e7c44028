import type { ChannelKit } from '../../../testdata/channel-kit.ts';
import { renderConsole } from '../render.ts';

export const kits: ChannelKit[] = [
  { name: 'console', options: () => ({}), secrets: [], golden: { txt: renderConsole } },
];
