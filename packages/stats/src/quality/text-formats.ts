/** A format that the values of a text column may all have. The pattern is read alike by RE2 and by JavaScript. */
export interface TextFormat {
  id: string;
  pattern: string;
}

/** The formats that are recognised, the narrowest first: the first that all values have is suggested. */
export const textFormats: readonly TextFormat[] = [
  { id: 'uuid', pattern: '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$' },
  { id: 'digits', pattern: '^[0-9]+$' },
  { id: 'iso_date', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' },
  {
    id: 'iso_datetime',
    pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$',
  },
  { id: 'email', pattern: '^[^@ ]+@[^@ ]+[.][^@ .]+$' },
  { id: 'hex', pattern: '^[0-9a-fA-F]{8,}$' },
];
