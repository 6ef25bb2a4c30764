import type { ReactNode } from "react";
import classes from "./parts.module.css";

/** Nothing here yet, and the next step. */
export function Empty({ children }: { children: ReactNode }) {
  return <div className={classes.empty}>{children}</div>;
}
