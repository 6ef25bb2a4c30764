import { Button, Modal } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import type { Token } from "../../api/types.ts";
import { usePlace } from "../../app/place.ts";
import { formatStamp } from "../../format/time.ts";
import { ErrorBox } from "../../parts/ErrorBox.tsx";
import { Section } from "../../parts/Page.tsx";
import { useSpeech } from "../../words/words.ts";
import classes from "./admin.module.css";
import { CreateToken } from "./CreateToken.tsx";

function useRevoke() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call("delete", "/api/v1/tokens/{id}", { path: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["tokens"] }),
  });
}

/** Whether nobody could administer the plant from the browser without this token. */
export function isLastAdmin(token: Token, tokens: readonly Token[]): boolean {
  const admins = tokens.filter((one) => one.role === "admin" && !one.revoked);
  return admins.length === 1 && admins[0]?.id === token.id;
}

export function TokenTable({ tokens }: { tokens: readonly Token[] }) {
  const { words, locale } = useSpeech();
  const { zone, session } = usePlace();
  const [asked, setAsked] = useState<Token | null>(null);
  const revoke = useRevoke();
  const stamp = (time: number | null | undefined) =>
    time === null || time === undefined ? words.admin.never : formatStamp(time, zone, locale);
  const confirm = async () => {
    if (!asked) return;
    await revoke.mutateAsync(asked.id);
    setAsked(null);
  };
  return (
    <Section title={words.admin.tokens} more={<CreateToken />}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th>{words.admin.name}</th>
            <th>{words.admin.role}</th>
            <th>{words.admin.created}</th>
            <th>{words.admin.lastUsed}</th>
            <th>
              <span className="visually-hidden">{words.admin.revoke}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id} data-revoked={token.revoked !== null && token.revoked !== undefined}>
              <td>
                {token.name || token.id}{" "}
                {token.name ? <span className="unit">{token.id}</span> : null}
              </td>
              <td>{words.admin.roles[token.role]}</td>
              <td>{stamp(token.created)}</td>
              <td>{stamp(token.last_used)}</td>
              <td className="number">
                {token.revoked ? (
                  <span className="unit">{words.admin.revoked}</span>
                ) : (
                  <Button size="compact-xs" variant="default" onClick={() => setAsked(token)}>
                    {words.admin.revoke}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Modal
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={words.admin.revoke}
        centered
        closeButtonProps={{ "aria-label": words.common.close }}
      >
        <p>{words.admin.revokeAsk(asked?.name || asked?.id || "")}</p>
        {asked && asked.name === session.name && asked.role === session.role ? (
          <p className={classes.consequence}>{words.admin.revokeOwn}</p>
        ) : null}
        {asked && isLastAdmin(asked, tokens) ? (
          <p className={classes.consequence}>{words.admin.revokeLast}</p>
        ) : null}
        {revoke.error ? <ErrorBox error={revoke.error} /> : null}
        <div className={classes.buttons}>
          <Button variant="default" onClick={() => setAsked(null)}>
            {words.common.cancel}
          </Button>
          <Button loading={revoke.isPending} onClick={() => void confirm()}>
            {words.admin.revoke}
          </Button>
        </div>
      </Modal>
    </Section>
  );
}
