import type { ReactNode } from "react";
import classes from "./parts.module.css";

/** A page: its one-sentence answer, tools beside it, and the picture below. */
export function Page({
  sentence,
  tools,
  children,
}: {
  sentence: ReactNode;
  tools?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className={classes.page}>
      <div className={classes.sentence}>
        <h1>{sentence}</h1>
        {tools ? <div className={classes.tools}>{tools}</div> : null}
      </div>
      {children}
    </div>
  );
}

/** A titled part of a page, with a door to more of the same. */
export function Section({
  title,
  id,
  more,
  children,
}: {
  title: ReactNode;
  id?: string; // for links that lead here
  more?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={classes.section} id={id}>
      <div className={classes.sectionHead}>
        <h2>{title}</h2>
        {more}
      </div>
      {children}
    </section>
  );
}
