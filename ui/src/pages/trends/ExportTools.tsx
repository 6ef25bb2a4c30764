import { Button } from "@mantine/core";
import { usePlace } from "../../app/place.ts";
import { useRangeText } from "../../app/shell/RangePicker.tsx";
import type { PaneGroup } from "../../chart/PaneGroup.ts";
import { coloursOf } from "../../chart/palette.ts";
import { useScheme } from "../../chart/useScheme.ts";
import { LinkButton } from "../../parts/LinkButton.tsx";
import { csvOf, saveText } from "../../parts/save.ts";
import type { Span } from "../../range/range.ts";
import { useWords } from "../../words/words.ts";
import type { PlacedSeries } from "./panes.ts";
import { savePng } from "./picture.ts";
import { trendTable } from "./table.ts";

/** What is on screen as CSV, as a picture, and as a link. */
export function ExportTools(props: { group: PaneGroup; placed: PlacedSeries[]; span: Span }) {
  const { group, placed, span } = props;
  const words = useWords();
  const scheme = useScheme();
  const { zone } = usePlace();
  const period = useRangeText(span);
  const saveCsv = () => saveText("trend.csv", "text/csv", csvOf(trendTable(placed, span)));
  const saveImage = () => {
    const title = `${placed.map((one) => one.tag.path).join(", ")}`;
    void savePng(group.charts(), title, `${period} (${zone})`, coloursOf(scheme));
  };
  return (
    <>
      <Button size="xs" variant="default" onClick={saveCsv} disabled={placed.length === 0}>
        {words.common.csv}
      </Button>
      <Button size="xs" variant="default" onClick={saveImage} disabled={placed.length === 0}>
        {words.common.png}
      </Button>
      <LinkButton />
    </>
  );
}
