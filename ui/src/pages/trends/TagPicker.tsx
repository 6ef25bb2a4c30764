import { Popover, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { type KeyboardEvent, useMemo, useState } from "react";
import { useTags } from "../../api/queries.ts";
import type { Tag } from "../../api/types.ts";
import { inScope, useScope } from "../../app/address.ts";
import { unitLabel } from "../../format/unit.ts";
import { useWords } from "../../words/words.ts";
import classes from "./trends.module.css";

const LIMIT = 50;

/** Tags whose path, description or unit has every word; those in the scope come first. */
export function findTags(tags: readonly Tag[], text: string, scope: string): Tag[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = tags.filter((tag) => {
    const where = `${tag.path} ${tag.description} ${tag.unit}`.toLowerCase();
    return words.every((word) => where.includes(word));
  });
  const inside = found.filter((tag) => inScope(tag.path, scope));
  const outside = found.filter((tag) => !inScope(tag.path, scope));
  return [...inside, ...outside].slice(0, LIMIT);
}

/** Adds tags one after the other; the list stays open until Escape. */
export function TagPicker({
  chosen,
  onAdd,
}: {
  chosen: readonly string[];
  onAdd: (path: string) => void;
}) {
  const words = useWords();
  const { scope } = useScope();
  const { data } = useTags();
  const [text, setText] = useState("");
  const [opened, setOpened] = useState(false);
  const [active, setActive] = useState(0);
  const found = useMemo(
    () =>
      findTags(
        (data?.tags ?? []).filter((tag) => !chosen.includes(tag.path)),
        text,
        scope,
      ),
    [data, chosen, text, scope],
  );
  const add = (tag: Tag | undefined) => {
    if (!tag) return;
    onAdd(tag.path);
    setText("");
    setActive(0);
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setOpened(true);
      if (opened) setActive(Math.min(found.length - 1, Math.max(0, active + step)));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (opened) add(found[active]);
      else setOpened(true);
    } else if (event.key === "Escape") {
      setOpened(false);
    }
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" width={420}>
      <Popover.Target>
        <TextInput
          className={classes.picker ?? ""}
          size="xs"
          styles={{ input: { height: 32, fontSize: 14 } }}
          leftSection={<IconPlus size={16} stroke={1.5} />}
          placeholder={words.trends.add}
          aria-label={`${words.trends.add}: ${words.trends.addHint}`}
          role="combobox"
          aria-expanded={opened}
          aria-controls="tag-options"
          value={text}
          onClick={() => setOpened(true)}
          onBlur={(event) => {
            const options = event.currentTarget.ownerDocument.getElementById("tag-options");
            if (!options?.contains(event.relatedTarget)) setOpened(false);
          }}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setActive(0);
            setOpened(true);
          }}
          onKeyDown={onKey}
        />
      </Popover.Target>
      <Popover.Dropdown p={0}>
        <div
          className={classes.options}
          id="tag-options"
          role="listbox"
          aria-label={words.trends.add}
        >
          {found.map((tag, index) => (
            <button
              key={tag.path}
              type="button"
              role="option"
              tabIndex={-1}
              onMouseDown={(event) => event.preventDefault()} // the field keeps the focus
              aria-selected={index === active}
              className={classes.option}
              onMouseMove={() => setActive(index)}
              onClick={() => add(tag)}
            >
              <span className={classes.optionPath}>{tag.path}</span>
              <span className={classes.optionHint}>
                {[tag.description, unitLabel(tag.unit)].filter(Boolean).join(", ") || tag.type}
              </span>
            </button>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
