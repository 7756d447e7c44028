import type { TablesSpec } from './create-tables.ts';

/** Model cards as they were, and what people have learnt. */
export const cards: TablesSpec = {
  tables: {
    model_cards: { id: 'serial', model: 'text', version: 'text', at: 'time', occasion: 'text', document: 'text' },
    lessons: {
      id: 'text',
      model: 'text',
      rule: 'text?',
      alert: 'text?',
      run: 'text?',
      at: 'time',
      actor: 'text',
      text: 'text',
    },
  },
  keys: { lessons: ['id'] },
  indexes: [
    ['model_cards_version', 'model_cards', ['model', 'version', 'at']],
    ['lessons_model', 'lessons', ['model', 'at']],
  ],
};
