import type { KeyboardEvent } from "react";

/** Arrow keys move the focus between the rows of a table, from first link to first link. */
export function moveBetweenRows(event: KeyboardEvent<HTMLTableSectionElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  const rows = [...event.currentTarget.rows].filter((row) => row.querySelector("a"));
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at + step]?.querySelector<HTMLElement>("a");
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
}
