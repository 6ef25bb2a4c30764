import { useWords } from "../words/words.ts";
import { Command } from "./Command.tsx";
import { Empty } from "./Empty.tsx";

/** What an empty plant needs: the exact next commands, this server's address in them. */
export function FirstRun() {
  const words = useWords();
  const origin = window.location.origin;
  const write = [
    "TOKEN=$(bedplate token --data DIR create --role writer)",
    `curl -H "Authorization: Token $TOKEN" "${origin}/write?precision=s" \\`,
    '  --data-binary "line-1 temperature=21.5 $(date +%s)"',
  ].join("\n");
  return (
    <Empty>
      <p>{words.first.title}</p>
      <p>1. {words.first.declare}</p>
      <Command text="bedplate apply --data DIR plant.yaml" />
      <p>2. {words.first.bring}</p>
      <Command text="bedplate import --data DIR --map map.yaml FILE.csv" />
      <p>{words.first.send}</p>
      <Command text={write} />
      <p>{words.first.demo}</p>
      <Command text="bedplate demo" />
      <p>{words.first.refresh}</p>
    </Empty>
  );
}
