/** One thing that is wrong with what we were given: where, what was expected, what came. */
export interface Fault {
  place: string;
  expected: string;
  got: string;
}

/** A failure that a person has to mend: trying again at once cannot help. */
export class PermanentError extends Error {
  override name = "PermanentError";
}

const shownCharacters = 80;

/** A value as a message shows it: JSON, cut to a bearable length. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}…`;
}

export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, " ").trim();
}
