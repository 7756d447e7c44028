import { nearest } from './nearest.ts';

/** Takes a mistake: where it stands, and what is wrong. */
export type Note = (path: readonly PropertyKey[], message: string) => void;

/** Notes a name that refers to nothing, with the one that is probably meant. */
export function mustBe(name: string, known: readonly string[], kind: string, path: PropertyKey[], note: Note): void {
  if (known.includes(name)) return;
  const near = nearest(name, known);
  note(
    path,
    `there is no ${kind} "${name}"; ${near ? `did you mean "${near}"?` : `there are ${known.join(', ') || 'none'}`}`,
  );
}

export function unique(names: string[], path: PropertyKey[], note: Note): void {
  names.forEach((name, i) => {
    if (names.indexOf(name) !== i) note([...path, i, 'name'], `"${name}" is there twice`);
  });
}
