import { describe, expect, it } from "vitest";
import type { Asset, Tag } from "../api/types.ts";
import {
  ancestry,
  buildTree,
  countAssets,
  countTags,
  distinctNames,
  findNode,
  firstOpen,
  treeRows,
} from "./tree.ts";

const asset = (path: string): Asset => ({
  path,
  name: path,
  level: "area",
  description: path === "acme/leeds" ? "The old works" : "",
  template: "",
  time_zone: "UTC",
  currency: "EUR",
});
const tag = (path: string): Tag => ({
  path,
  type: "double",
  unit: "",
  description: "",
  source: "",
  declared: true,
  samples: 1,
});

const root = buildTree(
  [asset("acme"), asset("acme/leeds"), asset("acme/leeds/line-2"), asset("acme/leeds/line-10")],
  [tag("acme/leeds/line-2/flow"), tag("acme/leeds/energy"), tag("loose/a/b")],
);

describe("distinctNames", () => {
  it("says as much of a path as tells equal machines apart", () => {
    const paths = [
      "acme/line-1/filler/power",
      "acme/line-2/filler/power",
      "acme/hall/light/on",
      "x",
    ];
    expect([...distinctNames(paths).values()]).toEqual([
      "line-1/filler/power",
      "line-2/filler/power",
      "light/on",
      "x",
    ]);
  });
});

describe("buildTree", () => {
  it("sorts as people count and makes up places that only tags speak of", () => {
    expect(findNode(root, "acme/leeds")?.children.map((node) => node.name)).toEqual([
      "line-2",
      "line-10",
    ]);
    expect(findNode(root, "loose/a")?.asset).toBeNull();
    const strays = buildTree(
      [asset("plant"), asset("plant/b")],
      [tag("9/x"), tag("cpu/y"), tag("plant/a/z"), tag("plant/b/w")],
    );
    expect(strays.children.map((node) => node.name)).toEqual(["plant", "9", "cpu"]);
    expect(findNode(strays, "plant")?.children.map((node) => node.name)).toEqual(["b", "a"]);
    expect(countAssets(strays)).toBe(2);
    const strayAt = (path: string) => findNode(strays, path)?.stray;
    expect(["9", "cpu", "plant", "plant/a", "plant/b"].map(strayAt)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(findNode(root, "acme/york")).toBeNull();
    expect(countTags(root)).toBe(3);
  });
});

describe("treeRows", () => {
  const view = { open: new Set(firstOpen(root)), withTags: true, filter: "" };

  it("shows what is open", () => {
    expect(treeRows(root, { ...view, open: new Set() }).map((row) => row.name)).toEqual([
      "acme",
      "loose",
    ]);
    const open = new Set(["acme", "acme/leeds"]);
    expect(treeRows(root, { ...view, open }).map((row) => row.name)).toEqual([
      "acme",
      "leeds",
      "line-2",
      "line-10",
      "energy",
      "loose",
    ]);
  });

  it("opens the way to what a filter finds, by path or description", () => {
    const found = (filter: string) => treeRows(root, { ...view, filter }).map((row) => row.path);
    expect(found("flow")).toEqual([
      "acme",
      "acme/leeds",
      "acme/leeds/line-2",
      "acme/leeds/line-2/flow",
    ]);
    expect(found("old works")).toContain("acme/leeds");
    expect(found("nothing like it")).toEqual([]);
  });
});

describe("ancestry", () => {
  it("goes from the top down", () => {
    expect(ancestry("a/b/c")).toEqual(["a", "a/b", "a/b/c"]);
    expect(ancestry("")).toEqual([]);
  });
});
