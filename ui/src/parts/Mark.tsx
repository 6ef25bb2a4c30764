import classes from "./parts.module.css";

export type MarkKind =
  | "ok"
  | "warning"
  | "bad"
  | "stale"
  | "unknown"
  | "gain"
  | "loss"
  | "uncertain";

const SHAPES: Record<MarkKind, React.ReactNode> = {
  ok: null,
  warning: <path d="M6 1 11.5 11H.5z" fill="var(--warning)" />,
  bad: <rect x="1.5" y="1.5" width="9" height="9" fill="var(--bad)" />,
  stale: (
    <circle
      cx="6"
      cy="6"
      r="4.5"
      fill="none"
      stroke="var(--faint)"
      strokeWidth="1.5"
      strokeDasharray="2 1.5"
    />
  ),
  unknown: <path d="M2 6h8" stroke="var(--faint)" strokeWidth="1.5" />,
  gain: <path d="M6 1.5 10.5 6H7.5v4.5h-3V6h-3z" fill="var(--text)" />,
  loss: <path d="M6 10.5 1.5 6h3V1.5h3V6h3z" fill="var(--bad)" />,
  uncertain: <path d="M1 6q2.5-5 5 0t5 0" fill="none" stroke="var(--muted)" strokeWidth="1.5" />,
};

/** A state has a shape beside its colour, so that it can be told apart without colour. */
export function Mark({ kind, title }: { kind: MarkKind; title?: string }) {
  const shape = SHAPES[kind];
  if (shape === null) return <span className={classes.mark} aria-hidden="true" />;
  if (!title) {
    return (
      <svg viewBox="0 0 12 12" className={classes.mark} aria-hidden="true">
        {shape}
      </svg>
    );
  }
  return (
    <svg viewBox="0 0 12 12" className={classes.mark} role="img" aria-label={title}>
      {shape}
    </svg>
  );
}
