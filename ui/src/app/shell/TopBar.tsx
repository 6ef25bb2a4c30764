import { ActionIcon, Tooltip } from "@mantine/core";
import { IconLayoutSidebar, IconQuestionMark, IconSearch } from "@tabler/icons-react";
import { useWords } from "../../words/words.ts";
import { usePlace } from "../place.ts";
import { AccountMenu } from "./AccountMenu.tsx";
import { Breadcrumbs } from "./Breadcrumbs.tsx";
import { LiveBadge } from "./LiveBadge.tsx";
import { RangePicker } from "./RangePicker.tsx";
import classes from "./shell.module.css";

interface TopBarProps {
  drawerShown: boolean;
  onDrawer: (() => void) | null;
  hasRange: boolean; // whether the page shows a range of time
  onPalette: () => void;
  onHelp: () => void;
}

export function TopBar({ drawerShown, onDrawer, hasRange, onPalette, onHelp }: TopBarProps) {
  const words = useWords();
  const { zone } = usePlace();
  const treeName = drawerShown ? words.shell.closeTree : words.shell.openTree;
  return (
    <header className={classes.bar}>
      {onDrawer ? (
        <Tooltip label={treeName}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={32}
            aria-label={treeName}
            aria-pressed={drawerShown}
            onClick={onDrawer}
          >
            <IconLayoutSidebar size={18} stroke={1.5} />
          </ActionIcon>
        </Tooltip>
      ) : null}
      <Breadcrumbs />
      {hasRange ? <RangePicker /> : null}
      <span className={classes.zone} title={words.range.zone(zone)} data-testid="zone">
        {zone}
      </span>
      <button type="button" className={classes.search} onClick={onPalette}>
        <IconSearch size={16} stroke={1.5} aria-hidden="true" />
        <span>{words.shell.search}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <LiveBadge />
      <ActionIcon
        variant="subtle"
        color="gray"
        size={32}
        aria-label={words.shell.keys}
        onClick={onHelp}
      >
        <IconQuestionMark size={18} stroke={1.5} />
      </ActionIcon>
      <AccountMenu />
    </header>
  );
}
