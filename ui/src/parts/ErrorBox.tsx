import { Button } from "@mantine/core";
import { ApiProblem } from "../api/client.ts";
import { useWords } from "../words/words.ts";
import classes from "./parts.module.css";

function useDetail(error: Error): { title: string; detail: string; canRetry: boolean } {
  const words = useWords();
  if (!(error instanceof ApiProblem)) {
    return { title: words.errors.crashed, detail: error.message, canRetry: true };
  }
  if (error.status === 0) {
    return { title: words.errors.title, detail: words.errors.noAnswer, canRetry: true };
  }
  const wait = error.retryAfter_s;
  const parts = [error.message];
  if (error.status === 403) parts.push(words.errors.notAllowed);
  if (wait !== null) parts.push(words.errors.retryAfter(String(wait)));
  return { title: words.errors.title, detail: parts.join("\n"), canRetry: error.status !== 403 };
}

/** What went wrong, where, and what to do about it. */
export function ErrorBox({
  error,
  retry,
  wholePage = false,
}: {
  error: Error;
  retry?: () => void;
  wholePage?: boolean;
}) {
  const words = useWords();
  const { title, detail, canRetry } = useDetail(error);
  return (
    <div role="alert" className={`${classes.error} ${wholePage ? classes.errorPage : ""}`}>
      <h2>{title}</h2>
      <p className={classes.detail}>{detail}</p>
      {retry && canRetry ? (
        <Button size="xs" variant="default" onClick={retry}>
          {words.common.retry}
        </Button>
      ) : null}
    </div>
  );
}
