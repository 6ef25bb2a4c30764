import { Button } from "@mantine/core";
import { useState } from "react";
import { useWords } from "../words/words.ts";

/** Copies the address, which is the whole state of the page. */
export function LinkButton() {
  const words = useWords();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(window.location.href);
    setCopied(true);
    window.setTimeout(() => setCopied(false), 1500);
  };
  return (
    <Button size="xs" variant="default" onClick={() => void copy()}>
      {copied ? words.common.linkCopied : words.common.link}
    </Button>
  );
}
