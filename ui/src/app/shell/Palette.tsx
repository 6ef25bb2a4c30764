import { Modal, TextInput, useMantineColorScheme } from "@mantine/core";
import {
  IconArrowRight,
  IconBolt,
  IconBox,
  IconCoin,
  IconSearch,
  IconTag,
} from "@tabler/icons-react";
import { type KeyboardEvent, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { useInitiatives, usePlant } from "../../api/queries.ts";
import { useWords } from "../../words/words.ts";
import { useTo } from "../address.ts";
import { usePlace } from "../place.ts";
import { pagesFor } from "./pages.ts";
import { assetChoice, type Choice, searchChoices, tagChoice } from "./palette.ts";
import classes from "./shell.module.css";

const LIMIT = 40;
const ICONS = {
  page: IconArrowRight,
  action: IconBolt,
  asset: IconBox,
  tag: IconTag,
  initiative: IconCoin,
};

function useChoices(close: () => void, openHelp: () => void): Choice[] {
  const words = useWords();
  const to = useTo();
  const navigate = useNavigate();
  const { session } = usePlace();
  const plant = usePlant();
  const initiatives = useInitiatives();
  const { setColorScheme } = useMantineColorScheme();
  return useMemo(() => {
    const go = (address: string) => () => {
      close();
      navigate(address);
    };
    const plain = (
      kind: Choice["kind"],
      id: string,
      name: string,
      hint: string,
      run: () => void,
    ) => ({
      id: `${kind}:${id}`,
      kind,
      name,
      hint,
      words: `${name} ${hint}`.toLowerCase(),
      run,
    });
    const act = (id: string, name: string, run: () => void) =>
      plain("action", id, name, "", () => {
        close();
        run();
      });
    return [
      ...pagesFor(session.role).map((page) =>
        plain("page", page.key, words.pages[page.key], `g ${page.goto}`, go(to(page.path))),
      ),
      act("dark", `${words.shell.look}: ${words.shell.dark}`, () => setColorScheme("dark")),
      act("light", `${words.shell.look}: ${words.shell.light}`, () => setColorScheme("light")),
      act("keys", words.shell.keys, openHelp),
      ...(initiatives.data?.initiatives ?? []).map((one) =>
        plain(
          "initiative",
          one.name,
          one.title,
          one.scope,
          go(to(`/value/${encodeURIComponent(one.name)}`)),
        ),
      ),
      ...(plant.data?.assets ?? []).map((asset) =>
        assetChoice(asset, go(to("/plant", { scope: asset.path }))),
      ),
      ...(plant.data?.tags ?? []).map((tag) =>
        tagChoice(tag, go(to("/trends", { tag: [tag.path] }))),
      ),
    ];
  }, [
    words,
    to,
    navigate,
    session.role,
    plant.data,
    initiatives.data,
    setColorScheme,
    close,
    openHelp,
  ]);
}

interface PaletteProps {
  opened: boolean;
  close: () => void;
  openHelp: () => void;
}

/** Ctrl-K: any asset, tag, page, initiative or action by name. */
export function Palette({ opened, close, openHelp }: PaletteProps) {
  const words = useWords();
  return (
    <Modal.Root
      opened={opened}
      onClose={close}
      padding={0}
      size={640}
      yOffset="12vh"
      transitionProps={{ duration: 0 }}
    >
      <Modal.Overlay />
      <Modal.Content aria-label={words.shell.searchHint}>
        {opened ? <PaletteBody close={close} openHelp={openHelp} /> : null}
      </Modal.Content>
    </Modal.Root>
  );
}

function PaletteBody({ close, openHelp }: { close: () => void; openHelp: () => void }) {
  const words = useWords();
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const choices = useChoices(close, openHelp);
  const deferred = useDeferredValue(query);
  const found = useMemo(() => searchChoices(choices, deferred, LIMIT), [choices, deferred]);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  });
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setActive((active + step + found.length) % Math.max(1, found.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      found[active]?.run();
    }
  };
  return (
    <div className={classes.palette}>
      <TextInput
        variant="unstyled"
        size="md"
        px={12}
        py={4}
        data-autofocus
        leftSection={<IconSearch size={18} stroke={1.5} />}
        placeholder={words.shell.searchHint}
        aria-label={words.shell.searchHint}
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[active] ? `palette-${active}` : undefined}
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKey}
      />
      <div
        className={classes.paletteList}
        id="palette-list"
        role="listbox"
        ref={list}
        aria-label={words.shell.searchHint}
      >
        {found.map((choice, index) => (
          <Option
            key={choice.id}
            choice={choice}
            index={index}
            active={index === active}
            onHover={setActive}
          />
        ))}
        {found.length === 0 ? (
          <p className={classes.paletteGroup}>{words.shell.nothingFound(query)}</p>
        ) : null}
      </div>
    </div>
  );
}

function Option(props: {
  choice: Choice;
  index: number;
  active: boolean;
  onHover: (index: number) => void;
}) {
  const { choice, index, active, onHover } = props;
  const Icon = ICONS[choice.kind];
  return (
    <div
      id={`palette-${index}`}
      role="option"
      aria-selected={active}
      tabIndex={-1}
      className={classes.option}
      onMouseMove={() => onHover(index)}
      onClick={choice.run}
      onKeyDown={(event) => event.key === "Enter" && choice.run()}
    >
      <Icon size={16} stroke={1.5} aria-hidden="true" />
      <span className={classes.optionName}>{choice.name}</span>
      <span className={classes.optionHint}>{choice.hint}</span>
    </div>
  );
}
