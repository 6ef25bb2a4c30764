import { PageSkeleton } from "../../parts/PageSkeleton.tsx";
import { Skeleton } from "../../parts/Skeleton.tsx";
import classes from "./shell.module.css";

/** The shell before it is known who is there. */
export function ShellSkeleton() {
  return (
    <div className={classes.shell} aria-busy="true">
      <div className={classes.rail}>
        <div className={classes.brand}>
          <Skeleton width={96} height={16} />
        </div>
      </div>
      <div className={classes.bar} />
      <div className={classes.main}>
        <div className={classes.content}>
          <PageSkeleton />
        </div>
      </div>
    </div>
  );
}
