/** A number, already written out, with its noun in the singular or the plural. */
export const count = (n: number, text: string, one: string, many: string): string =>
  n === 1 ? `${text} ${one}` : `${text} ${many}`;
