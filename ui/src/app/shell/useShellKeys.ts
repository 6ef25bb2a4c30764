import { useEffect, useRef } from "react";
import { useNavigate } from "react-router";
import { useToPage } from "../lastTrend.ts";
import { PAGES } from "./pages.ts";

/** Keys typed into a field belong to the field. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

const CHORD_MS = 1200;

export type ShellKey = "palette" | "help" | "goto" | { page: string } | null;

/** What a key means to the shell; `chord` is true shortly after a `g`. */
export function shellKey(event: KeyboardEvent, chord: boolean): ShellKey {
  const control = event.ctrlKey || event.metaKey;
  if (control && event.key.toLowerCase() === "k") return "palette";
  if (control || event.altKey || isTyping(event.target)) return null;
  if (event.key === "?") return "help";
  if (event.key === "g") return "goto";
  const page = chord ? PAGES.find((one) => one.goto === event.key) : undefined;
  return page ? { page: page.path } : null;
}

/** Ctrl-K, `?`, and `g` followed by the letter of a page; they work on every page. */
export function useShellKeys(actions: { openPalette: () => void; openHelp: () => void }): void {
  const navigate = useNavigate();
  const to = useToPage();
  const latest = useRef({ actions, navigate, to });
  latest.current = { actions, navigate, to };
  useEffect(() => {
    let chordUntil = 0;
    const onKey = (event: KeyboardEvent) => {
      const current = latest.current;
      const key = shellKey(event, performance.now() < chordUntil);
      chordUntil = key === "goto" ? performance.now() + CHORD_MS : 0;
      if (key === null || key === "goto") return;
      event.preventDefault();
      if (key === "palette") current.actions.openPalette();
      else if (key === "help") current.actions.openHelp();
      else current.navigate(current.to(key.page));
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
