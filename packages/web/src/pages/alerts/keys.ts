import { useEffect, useRef } from 'react';

export type Command = 'next' | 'previous' | 'select' | 'acknowledge' | 'silence';

const COMMANDS: Record<string, Command> = {
  j: 'next',
  k: 'previous',
  x: 'select',
  a: 'acknowledge',
  s: 'silence',
};

interface Pressed {
  key: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  /** Whether what has the focus takes letters itself: a field, a list of choices, a dialog. */
  typing: boolean;
}

/** What a key means in a list of alerts. */
export function commandOf({ key, altKey, ctrlKey, metaKey, typing }: Pressed): Command | null {
  return typing || altKey || ctrlKey || metaKey ? null : (COMMANDS[key] ?? null);
}

/** The place of the row to go to; before the first step there is none. */
export function stepTo(current: number, count: number, command: 'next' | 'previous'): number {
  if (command === 'next') return Math.min(count - 1, current + 1);
  return Math.max(0, current < 0 ? count - 1 : current - 1);
}

const takesLetters = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.matches(
    'input:not([type=checkbox]), textarea, select, [contenteditable=true], [role=option], [role=dialog], [role=dialog] *',
  );

/** Calls `on` for the keys of a list while it is on the page. */
export function useCommands(on: (command: Command) => void): void {
  const latest = useRef(on);
  latest.current = on;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const { key, altKey, ctrlKey, metaKey, target } = event;
      const command = commandOf({ key, altKey, ctrlKey, metaKey, typing: takesLetters(target) });
      if (command === null || document.querySelector('[role=dialog]')) return;
      event.preventDefault();
      latest.current(command);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}
