/** Where in a query an error lies, as DuckDB's message shows it: a line, and a caret under it. */
export interface ErrorPlace {
  line: number; // from 1
  column: number; // from 1
}

export function placeOf(message: string): ErrorPlace | null {
  const lines = message.split("\n");
  const index = lines.findIndex((line) => /^LINE \d+: /.test(line));
  const head = lines[index];
  const caret = lines[index + 1]?.indexOf("^") ?? -1;
  if (head === undefined || caret < 0) return null;
  const prefix = /^LINE (\d+): /.exec(head);
  if (!prefix) return null;
  const column = caret - prefix[0].length + 1;
  return column < 1 ? null : { line: Number(prefix[1]), column };
}

/** The offset of a place in a text, within its bounds. */
export function offsetOf(text: string, place: ErrorPlace): number {
  const lines = text.split("\n");
  const before = lines.slice(0, place.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
  return Math.min(text.length, before + place.column - 1);
}
