/** Preformatted text in a box that scrolls, by keyboard too. */
export function ScrollText({ label, text, whole = false }: { label: string; text: string; whole?: boolean }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="log" style={whole ? { maxHeight: 'none' } : {}} tabIndex={0} aria-label={label}>
      {text}
    </section>
  );
}
