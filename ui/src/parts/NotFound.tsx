import { Link } from "react-router";
import { useWords } from "../words/words.ts";
import { Empty } from "./Empty.tsx";
import { Page } from "./Page.tsx";

export function NotFound() {
  const words = useWords();
  return (
    <Page sentence={words.errors.notFound}>
      <Empty>
        <p>{words.errors.notFoundHint}</p>
        <Link to="/">{words.errors.home}</Link>
      </Empty>
    </Page>
  );
}
