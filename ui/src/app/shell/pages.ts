import {
  IconChartLine,
  IconCoin,
  IconDatabaseSearch,
  IconHome,
  IconSettings,
  IconSitemap,
  IconStack2,
} from "@tabler/icons-react";
import type { Role } from "../../api/types.ts";
import type { Words } from "../../words/en.ts";

export interface PageEntry {
  key: Exclude<keyof Words["pages"], "login">;
  path: string;
  group: keyof Words["groups"];
  icon: typeof IconHome;
  goto: string; // the letter after `g`
  leastRole: Role;
}

/** The pages by what a person does there. One appears when it works, not before. */
export const PAGES: readonly PageEntry[] = [
  { key: "home", path: "/", group: "see", icon: IconHome, goto: "h", leastRole: "viewer" },
  { key: "plant", path: "/plant", group: "see", icon: IconSitemap, goto: "p", leastRole: "viewer" },
  {
    key: "trends",
    path: "/trends",
    group: "see",
    icon: IconChartLine,
    goto: "t",
    leastRole: "viewer",
  },
  { key: "value", path: "/value", group: "decide", icon: IconCoin, goto: "v", leastRole: "viewer" },
  {
    key: "data",
    path: "/data",
    group: "connect",
    icon: IconStack2,
    goto: "d",
    leastRole: "viewer",
  },
  {
    key: "sql",
    path: "/sql",
    group: "connect",
    icon: IconDatabaseSearch,
    goto: "s",
    leastRole: "viewer",
  },
  {
    key: "admin",
    path: "/admin",
    group: "connect",
    icon: IconSettings,
    goto: "a",
    leastRole: "admin",
  },
];

const RANK: Record<Role, number> = { viewer: 0, writer: 1, engineer: 2, admin: 3 };

export function mayDo(role: Role, least: Role): boolean {
  return RANK[role] >= RANK[least];
}

export function pagesFor(role: Role): PageEntry[] {
  return PAGES.filter((page) => mayDo(role, page.leastRole));
}
