import type { Json } from './schema.ts';

export const encode = <T>(value: T): Json<T> => JSON.stringify(value) as Json<T>;
export const decode = <T>(text: Json<T> | string): T => JSON.parse(text) as T;
export const decodeOrNull = <T>(text: Json<T> | string | null): T | null => (text === null ? null : decode<T>(text));
