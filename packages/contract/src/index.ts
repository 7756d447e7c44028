export * from './config.ts';
export * from './errors.ts';
export * from './monitoring-config.ts';
export * from './resources.ts';
export * from './words.ts';
