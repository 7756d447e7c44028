/** A Markdown document without the metadata before it. */
export const withoutMetadata = (text: string): string => text.replace(/^---\n[\s\S]*?\n---\n+/, '');
