import classes from "./parts.module.css";
import { Skeleton, SkeletonRows } from "./Skeleton.tsx";

/** A page that is on its way. */
export function PageSkeleton() {
  return (
    <div className={classes.page} aria-busy="true">
      <div className={classes.sentence}>
        <Skeleton width="min(560px, 80%)" height={24} />
      </div>
      <Skeleton height={280} />
      <SkeletonRows rows={6} />
    </div>
  );
}
