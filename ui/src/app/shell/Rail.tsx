import { NavLink } from "react-router";
import { useWords } from "../../words/words.ts";
import { useTo } from "../address.ts";
import { useToPage } from "../lastTrend.ts";
import { usePlace } from "../place.ts";
import { type PageEntry, pagesFor } from "./pages.ts";
import classes from "./shell.module.css";

const GROUPS = ["see", "decide", "connect"] as const;

function RailItem({ page }: { page: PageEntry }) {
  const words = useWords();
  const to = useToPage();
  const Icon = page.icon;
  return (
    <NavLink to={to(page.path)} end={page.path === "/"} className={classes.item ?? ""}>
      <Icon size={18} stroke={1.5} aria-hidden="true" />
      {words.pages[page.key]}
    </NavLink>
  );
}

export function Rail() {
  const words = useWords();
  const to = useTo();
  const { session } = usePlace();
  const pages = pagesFor(session.role);
  return (
    <nav className={classes.rail} aria-label={words.product}>
      <NavLink to={to("/")} className={() => classes.brand ?? ""} aria-label={words.product}>
        <Logo />
        <span>{words.product}</span>
      </NavLink>
      {GROUPS.map((group) => (
        <div key={group} className={classes.group}>
          <div className={classes.groupName}>{words.groups[group]}</div>
          {pages
            .filter((page) => page.group === group)
            .map((page) => (
              <RailItem key={page.key} page={page} />
            ))}
        </div>
      ))}
    </nav>
  );
}

/** Two columns on a plate. */
export function Logo() {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <path d="M1 14h18v4H1z" fill="var(--text)" />
      <path d="M4 2h4v10H4zM12 2h4v10h-4z" fill="var(--faint)" />
    </svg>
  );
}
