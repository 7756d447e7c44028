export * from './config.ts';
export * from './errors.ts';
export * from './monitoring-config.ts';
export * from './resources.ts';
export * from './routing-config.ts';
export * from './rule-config.ts';
export * from './words.ts';
