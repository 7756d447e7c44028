/** Plain data as YAML, to be read by people. Short lists and maps of plain values stay on one line. */
export function toYaml(value: unknown, indent = 0): string {
  const pad = '  '.repeat(indent);
  if (Array.isArray(value)) {
    return value
      .map((item) => `${pad}- ${isShort(item) ? inline(item) : toYaml(item, indent + 1).trimStart()}`)
      .join('\n');
  }
  if (isRecord(value)) {
    return Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(
        ([key, item]) =>
          `${pad}${keyText(key)}:${isShort(item) ? ` ${inline(item)}` : `\n${toYaml(item, indent + 1)}`}`,
      )
      .join('\n');
  }
  return pad + scalar(value);
}

const MOST_INLINE = 72;

function isShort(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => !isNested(item)) && inline(value).length <= MOST_INLINE;
  if (!isRecord(value)) return true;
  const items = Object.values(value);
  return items.length <= 4 && items.every((item) => !isNested(item)) && inline(value).length <= MOST_INLINE;
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (!isRecord(value)) return scalar(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return entries.length === 0
    ? '{}'
    : `{ ${entries.map(([key, item]) => `${keyText(key)}: ${inline(item)}`).join(', ')} }`;
}

const isNested = (value: unknown): boolean => typeof value === 'object' && value !== null;
const isRecord = (value: unknown): value is Record<string, unknown> => isNested(value) && !Array.isArray(value);

const keyText = (key: string): string => (/^[A-Za-z_][\w.-]*$/.test(key) ? key : JSON.stringify(key));

/** Plain where YAML reads it back as the same text, quoted elsewhere. */
function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value) ?? 'null';
  const plain =
    /^([A-Za-z_/][\w ,./=-]*\w|[A-Za-z_]|\d+[smhdw])$/.test(value) &&
    !/^(true|false|null|yes|no|on|off|y|n)$/i.test(value);
  return plain ? value : JSON.stringify(value);
}
