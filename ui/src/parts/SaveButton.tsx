import { Button } from "@mantine/core";
import { useWords } from "../words/words.ts";

export function SaveButton({ save, disabled = false }: { save: () => void; disabled?: boolean }) {
  const words = useWords();
  return (
    <Button size="xs" variant="default" onClick={save} disabled={disabled}>
      {words.common.csv}
    </Button>
  );
}
