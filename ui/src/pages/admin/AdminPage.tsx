import { useQuery } from "@tanstack/react-query";
import { call } from "../../api/client.ts";
import { formatCount } from "../../format/number.ts";
import { ErrorBox } from "../../parts/ErrorBox.tsx";
import { Page } from "../../parts/Page.tsx";
import { Skeleton, SkeletonRows } from "../../parts/Skeleton.tsx";
import { useSpeech } from "../../words/words.ts";
import { AuditTable } from "./AuditTable.tsx";
import classes from "./admin.module.css";
import { CheckPanel } from "./CheckPanel.tsx";
import { TokenTable } from "./TokenTable.tsx";

/** Who may come in, and what they changed. */
export default function AdminPage() {
  const { words, locale } = useSpeech();
  const query = useQuery({
    queryKey: ["tokens"],
    queryFn: ({ signal }) => call("get", "/api/v1/tokens", { signal }),
  });
  const active = query.data?.tokens.filter((token) => !token.revoked).length;
  const sentence =
    active === undefined ? (
      <Skeleton width={240} height={24} />
    ) : (
      words.admin.sentence(words.admin.activeTokens(active, formatCount(active, locale)))
    );
  if (query.error && !query.data) {
    return (
      <Page sentence={words.pages.admin}>
        <ErrorBox error={query.error} retry={() => void query.refetch()} />
      </Page>
    );
  }
  return (
    <Page sentence={sentence}>
      <div className={classes.sections}>
        {query.data ? <TokenTable tokens={query.data.tokens} /> : <SkeletonRows rows={5} />}
        <CheckPanel />
        <AuditTable />
      </div>
    </Page>
  );
}
