import { Suspense, useEffect, useState } from "react";
import { Outlet, useLocation } from "react-router";
import { ErrorBoundary } from "../../parts/ErrorBoundary.tsx";
import { PageSkeleton } from "../../parts/PageSkeleton.tsx";
import { useWords } from "../../words/words.ts";
import { remember, remembered } from "../settings.tsx";
import { KeysHelp } from "./KeysHelp.tsx";
import { LostBar } from "./LostBar.tsx";
import { Palette } from "./Palette.tsx";
import { Rail } from "./Rail.tsx";
import { RangeNotice } from "./RangePicker.tsx";
import { ScopeDrawer } from "./ScopeDrawer.tsx";
import classes from "./shell.module.css";
import { TopBar } from "./TopBar.tsx";
import { useShellKeys } from "./useShellKeys.ts";

/** Pages that show a range of time; the others say themselves which time they speak of. */
const RANGED = ["/", "/plant", "/trends", "/data"];

const DRAWER_KEY = "bedplate.drawer";

function useDrawer(): [boolean, () => void] {
  const [open, setOpen] = useState(() => remembered(DRAWER_KEY) === "open");
  const toggle = () => {
    remember(DRAWER_KEY, open ? "closed" : "open");
    setOpen(!open);
  };
  return [open, toggle];
}

function usePageTitle(): void {
  const words = useWords();
  const { pathname } = useLocation();
  useEffect(() => {
    const key = pathname.split("/")[1] || "home";
    const name = key in words.pages ? words.pages[key as keyof typeof words.pages] : "";
    document.title = name ? `${name} \u2013 ${words.product}` : words.product;
  }, [pathname, words]);
}

/** Everything around a page. */
export function Shell() {
  const words = useWords();
  const { pathname } = useLocation();
  const [drawer, toggleDrawer] = useDrawer();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  useShellKeys({ openPalette: () => setPalette(true), openHelp: () => setHelp(true) });
  usePageTitle();
  // The plant page has the tree as its own content.
  const drawerShown = drawer && pathname !== "/plant";
  return (
    <div className={classes.shell}>
      <a href="#content" className={classes.skip}>
        {words.shell.skip}
      </a>
      <LostBar />
      <Rail />
      <TopBar
        drawerShown={drawerShown}
        hasRange={RANGED.includes(pathname)}
        onDrawer={pathname === "/plant" ? null : toggleDrawer}
        onPalette={() => setPalette(true)}
        onHelp={() => setHelp(true)}
      />
      <div className={classes.main}>
        {drawerShown ? <ScopeDrawer /> : null}
        <main id="content" tabIndex={-1} className={classes.content}>
          {RANGED.includes(pathname) ? <RangeNotice /> : null}
          <ErrorBoundary key={pathname}>
            <Suspense fallback={<PageSkeleton />}>
              <Outlet />
            </Suspense>
          </ErrorBoundary>
        </main>
      </div>
      <Palette opened={palette} close={() => setPalette(false)} openHelp={() => setHelp(true)} />
      <KeysHelp opened={help} close={() => setHelp(false)} />
    </div>
  );
}
