import { Kbd, Modal } from "@mantine/core";
import { useWords } from "../../words/words.ts";
import { usePlace } from "../place.ts";
import { pagesFor } from "./pages.ts";
import classes from "./shell.module.css";

export function KeysHelp({ opened, close }: { opened: boolean; close: () => void }) {
  const words = useWords();
  const { session } = usePlace();
  const keys: [string[], string][] = [
    [["Ctrl", "K"], words.keys.search],
    [["?"], words.keys.help],
    ...pagesFor(session.role).map((page): [string[], string] => [
      ["g", page.goto],
      words.keys.goto(words.pages[page.key]),
    ]),
    [["\u2190", "\u2192"], words.keys.pan],
    [["+", "\u2212"], words.keys.zoom],
    [["Shift", "\u2190", "\u2192"], words.keys.cursor],
    [["Backspace"], words.keys.back],
    [["0"], words.keys.reset],
    [["\u2191", "\u2193"], words.keys.table],
    [["Ctrl", "Enter"], words.keys.run],
    [["Esc"], words.keys.stop],
  ];
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={words.keys.title}
      centered
      closeButtonProps={{ "aria-label": words.common.close }}
    >
      <dl className={classes.keys}>
        {keys.map(([names, meaning]) => (
          <div key={meaning} style={{ display: "contents" }}>
            <dt>
              {names.map((name) => (
                <Kbd key={name}>{name}</Kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
