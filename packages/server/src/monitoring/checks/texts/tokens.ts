import { quoted } from '../../../warehouse/warehouse.ts';

/** SQL of the tokens of a text: runs of letters and digits, in lower case. */
export const tokensSql = (text: string): string =>
  `extractAll(lowerUTF8(ifNull(${text}, '')), ${quoted(String.raw`[\p{L}\p{N}]+`)})`;

/** SQL of the sizes of a text, null where it is missing. */
export const textSizes = (text: string): { characters: string; words: string } => ({
  characters: `toFloat64(lengthUTF8(nullIf(${text}, '')))`,
  words: `if(isNull(nullIf(${text}, '')), NULL, toFloat64(length(${tokensSql(text)})))`,
});
