import { IconChevronRight } from "@tabler/icons-react";
import { type KeyboardEvent, type ReactNode, useRef } from "react";
import { useWords } from "../words/words.ts";
import classes from "./tree.module.css";
import type { TreeRow } from "./tree.ts";

interface TreeProps {
  label: string;
  rows: TreeRow[];
  selected: string;
  onSelect: (row: TreeRow) => void;
  onToggle: (row: TreeRow, open: boolean) => void;
  trailing?: (row: TreeRow) => ReactNode;
}

function parentIndex(rows: TreeRow[], index: number): number {
  const depth = rows[index]?.depth ?? 0;
  for (let i = index - 1; i >= 0; i--) if ((rows[i]?.depth ?? 0) < depth) return i;
  return index;
}

/** The row a key leads to; left and right open and close first, as a tree does. */
function target(rows: TreeRow[], index: number, key: string): number | null {
  switch (key) {
    case "ArrowDown":
      return Math.min(rows.length - 1, index + 1);
    case "ArrowUp":
      return Math.max(0, index - 1);
    case "Home":
      return 0;
    case "End":
      return rows.length - 1;
    case "ArrowLeft":
      return parentIndex(rows, index);
    case "ArrowRight":
      return rows[index]?.open ? index + 1 : index;
    default:
      return null;
  }
}

/** A tree driven by pointer or keys; the rows are worked out by its owner. */
export function Tree({ label, rows, selected, onSelect, onToggle, trailing }: TreeProps) {
  const words = useWords();
  const list = useRef<HTMLDivElement>(null);
  const firstStray = rows.findIndex((row) => row.node.stray);
  const current = Math.max(
    0,
    rows.findIndex((row) => row.path === selected),
  );

  const focus = (index: number) => {
    list.current?.querySelectorAll<HTMLElement>("[role=treeitem]")[index]?.focus();
  };

  const onKey = (event: KeyboardEvent, row: TreeRow, index: number) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      onSelect(row);
      return;
    }
    const opens = event.key === "ArrowRight" && row.hasChildren && !row.open;
    const closes = event.key === "ArrowLeft" && row.open;
    const next = target(rows, index, event.key);
    if (next === null) return;
    event.preventDefault();
    if (opens || closes) onToggle(row, opens);
    else focus(next);
  };

  return (
    <div role="tree" aria-label={label} ref={list} className={classes.tree}>
      {rows.map((row, index) => [
        index === firstStray ? (
          <div key="strays" role="presentation" className={classes.group}>
            {words.plant.undeclared}
          </div>
        ) : null,
        <div
          key={row.path}
          role="treeitem"
          aria-level={row.depth + 1}
          aria-selected={row.path === selected}
          {...(row.hasChildren ? { "aria-expanded": row.open } : {})}
          tabIndex={index === current ? 0 : -1}
          className={classes.row}
          data-kind={row.kind}
          style={{ paddingLeft: 4 + row.depth * 16 }}
          onClick={() => onSelect(row)}
          onKeyDown={(event) => onKey(event, row, index)}
        >
          <Chevron row={row} onToggle={onToggle} />
          <span
            className={classes.name}
            title={row.tag?.description || row.node.asset?.description}
          >
            {row.name}
          </span>
          {trailing ? <span className={classes.trailing}>{trailing(row)}</span> : null}
        </div>,
      ])}
    </div>
  );
}

/** For the pointer only: keys open and close with left and right. */
function Chevron({ row, onToggle }: { row: TreeRow; onToggle: TreeProps["onToggle"] }) {
  if (!row.hasChildren) return <span className={classes.chevron} />;
  return (
    <span
      aria-hidden="true"
      className={classes.chevron}
      data-open={row.open}
      onClick={(event) => {
        event.stopPropagation();
        onToggle(row, !row.open);
      }}
    >
      <IconChevronRight size={14} />
    </span>
  );
}
