import classes from "./parts.module.css";

/** Holds the place of something that is on its way, in its size. */
export function Skeleton({
  width = "100%",
  height = 16,
}: {
  width?: number | string;
  height?: number | string;
}) {
  return (
    <span aria-hidden="true" className={`${classes.skeleton} pulse`} style={{ width, height }} />
  );
}

/** Rows of a table that is on its way. */
export function SkeletonRows({ rows, height = 32 }: { rows: number; height?: number }) {
  const widths = ["92%", "84%", "96%", "78%", "88%"];
  return (
    <div aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: rows of a skeleton have no identity
          key={row}
          style={{ height, display: "flex", alignItems: "center" }}
        >
          <Skeleton width={widths[row % widths.length] ?? "100%"} height={12} />
        </div>
      ))}
    </div>
  );
}
