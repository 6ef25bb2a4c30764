import type { Asset, Tag } from "../api/types.ts";

/** A place in the plant: an asset, or a path prefix that only tags speak of. */
export interface Node {
  path: string;
  name: string;
  asset: Asset | null;
  declared: boolean; // an asset stands here or below
  stray: boolean; // lies in no asset and holds none: only tags speak of it
  children: Node[];
  tags: Tag[]; // directly under this node
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The last two segments of each path, and as many more as tell it from the others in the list. */
export function distinctNames(paths: readonly string[]): Map<string, string> {
  const tail = (path: string, count: number) => path.split("/").slice(-count).join("/");
  const nameOf = (path: string): string => {
    const depth = path.split("/").length;
    for (let count = 2; count < depth; count++) {
      const name = tail(path, count);
      if (!paths.some((other) => other !== path && tail(other, count) === name)) return name;
    }
    return path;
  };
  return new Map(paths.map((path) => [path, nameOf(path)]));
}

function makeNode(path: string): Node {
  const name = lastSegment(path);
  return { path, name, asset: null, declared: false, stray: false, children: [], tags: [] };
}

/** The plant as a tree; places that no asset declares but tags lie under are made up on the way. */
export function buildTree(assets: readonly Asset[], tags: readonly Tag[]): Node {
  const root = makeNode("");
  const nodes = new Map<string, Node>([["", root]]);
  const nodeAt = (path: string): Node => {
    const known = nodes.get(path);
    if (known) return known;
    const made = makeNode(path);
    nodes.set(path, made);
    nodeAt(parentOf(path)).children.push(made);
    return made;
  };
  for (const asset of assets) {
    nodeAt(asset.path).asset = asset;
    for (const path of ancestry(asset.path)) nodeAt(path).declared = true;
  }
  for (const tag of tags) nodeAt(parentOf(tag.path)).tags.push(tag);
  for (const node of nodes.values()) {
    node.children.sort(declaredFirst);
    node.tags.sort((a, b) => a.path.localeCompare(b.path, "en", { numeric: true }));
  }
  markStrays(root);
  return root;
}

function markStrays(node: Node): void {
  for (const child of node.children) {
    const inside = node.path !== "" && !node.stray;
    child.stray = !child.declared && !inside;
    markStrays(child);
  }
}

export function findNode(root: Node, path: string): Node | null {
  if (path === "") return root;
  let node = root;
  for (;;) {
    const next = node.children.find(
      (child) => path === child.path || path.startsWith(`${child.path}/`),
    );
    if (!next) return null;
    if (next.path === path) return next;
    node = next;
  }
}

/** The paths from the enterprise down to `path`, `path` included. */
export function ancestry(path: string): string[] {
  if (path === "") return [];
  const segments = path.split("/");
  return segments.map((_, i) => segments.slice(0, i + 1).join("/"));
}

/** A row of the tree as it is shown. */
export interface TreeRow {
  path: string;
  name: string;
  depth: number;
  kind: "asset" | "tag";
  open: boolean;
  hasChildren: boolean;
  node: Node;
  tag: Tag | null;
}

export interface TreeView {
  open: ReadonlySet<string>;
  withTags: boolean;
  filter: string;
}

function matches(path: string, text: string, filter: string): boolean {
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => path.toLowerCase().includes(word) || text.toLowerCase().includes(word));
}

function keeps(node: Node, view: TreeView): boolean {
  if (matches(node.path, node.asset?.description ?? "", view.filter)) return true;
  const tag =
    view.withTags && node.tags.some((one) => matches(one.path, one.description, view.filter));
  return tag || node.children.some((child) => keeps(child, view));
}

/** The rows of a tree from top to bottom. A filter opens whatever leads to a match. */
export function treeRows(root: Node, view: TreeView): TreeRow[] {
  const rows: TreeRow[] = [];
  const filtering = view.filter.trim() !== "";
  const visit = (node: Node, depth: number) => {
    if (filtering && !keeps(node, view)) return;
    const hasChildren = node.children.length > 0 || (view.withTags && node.tags.length > 0);
    const open = hasChildren && (filtering || view.open.has(node.path));
    const { path, name } = node;
    rows.push({ path, name, depth, kind: "asset", open, hasChildren, node, tag: null });
    if (open) visitInside(node, depth + 1);
  };
  const visitInside = (node: Node, depth: number) => {
    for (const child of node.children) visit(child, depth);
    if (!view.withTags) return;
    for (const tag of node.tags) {
      if (filtering && !matches(tag.path, tag.description, view.filter)) continue;
      const name = lastSegment(tag.path);
      rows.push({
        path: tag.path,
        name,
        depth,
        kind: "tag",
        open: false,
        hasChildren: false,
        node,
        tag,
      });
    }
  };
  visitInside(root, 0);
  return rows;
}

/** How many tags lie under a node. */
export function countTags(node: Node): number {
  return node.children.reduce((sum, child) => sum + countTags(child), node.tags.length);
}

/** How many assets lie under a node, itself included; a folder that only tags speak of is none. */
export function countAssets(node: Node): number {
  const own = node.asset === null ? 0 : 1;
  return node.children.reduce((sum, child) => sum + countAssets(child), own);
}

/** What is declared first; what only tags speak of stands behind it. */
function declaredFirst(a: Node, b: Node): number {
  if (a.declared !== b.declared) return a.declared ? -1 : 1;
  return a.name.localeCompare(b.name, "en", { numeric: true });
}

/** What a tree shows opened at first: the way down until it branches. */
export function firstOpen(root: Node): string[] {
  const open: string[] = [];
  let level = root.children.filter((node) => node.declared);
  if (level.length === 0) level = root.children;
  while (level.length > 0 && open.length < 40) {
    open.push(...level.map((node) => node.path));
    if (level.length > 1) break;
    level = level.flatMap((node) => node.children);
  }
  return open;
}

/** The deepest place that all paths lie under. */
export function commonParent(paths: readonly string[]): string {
  const [first, ...rest] = paths.map((path) => path.split("/").slice(0, -1));
  if (!first) return "";
  const differs = first.findIndex((segment, i) => rest.some((other) => other[i] !== segment));
  return (differs < 0 ? first : first.slice(0, differs)).join("/");
}

/** A path as seen from a scope: what both share is left out. */
export function relativePath(path: string, scope: string): string {
  return scope !== "" && path.startsWith(`${scope}/`) ? path.slice(scope.length + 1) : path;
}
