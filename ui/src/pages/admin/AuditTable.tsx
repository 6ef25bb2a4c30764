import { useQuery } from "@tanstack/react-query";
import { call } from "../../api/client.ts";
import { usePlace } from "../../app/place.ts";
import { formatStamp } from "../../format/time.ts";
import { ErrorBox } from "../../parts/ErrorBox.tsx";
import { Section } from "../../parts/Page.tsx";
import { SkeletonRows } from "../../parts/Skeleton.tsx";
import { useSpeech } from "../../words/words.ts";
import classes from "./admin.module.css";

export function AuditTable() {
  const { words, locale } = useSpeech();
  const { zone } = usePlace();
  const query = useQuery({
    queryKey: ["audit"],
    queryFn: ({ signal }) => call("get", "/api/v1/audit", { signal }),
  });
  const entries = query.data?.entries ?? [];
  return (
    <Section title={words.admin.audit}>
      {query.error && !query.data ? (
        <ErrorBox error={query.error} retry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <SkeletonRows rows={5} /> : null}
      {query.data && entries.length === 0 ? <p className="muted">{words.admin.noEntries}</p> : null}
      {entries.length > 0 ? (
        <table className={classes.table}>
          <thead>
            <tr>
              <th>{words.admin.time}</th>
              <th>{words.admin.actor}</th>
              <th>{words.admin.action}</th>
              <th>{words.admin.detail}</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <tr key={entry.id}>
                <td>{formatStamp(entry.time, zone, locale, 1000)}</td>
                <td>{entry.actor}</td>
                <td>{entry.action}</td>
                <td>{entry.detail}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </Section>
  );
}
