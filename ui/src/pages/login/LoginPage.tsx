import { Button, PasswordInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useCallback, useEffect, useRef, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { ApiProblem, call } from "../../api/client.ts";
import { Logo } from "../../app/shell/Rail.tsx";
import type { Words } from "../../words/en.ts";
import { useWords } from "../../words/words.ts";
import classes from "./login.module.css";
import { codeOf, safeNext } from "./next.ts";

function reasonOf(error: unknown, words: Words, byLink: boolean): string {
  if (!(error instanceof ApiProblem)) return String(error);
  if (error.status === 0) return words.errors.noAnswer;
  if (error.status === 429) return words.login.wait(String(error.retryAfter_s ?? 10));
  return byLink && error.status === 401 ? words.login.linkFailed : error.message;
}

function useLogin() {
  const words = useWords();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const next = safeNext(params.get("next"));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const signIn = useCallback(
    async (secret: { token: string } | { code: string }) => {
      setBusy(true);
      setFailure(null);
      try {
        const session = await call("post", "/api/v1/session", { body: secret });
        client.clear();
        client.setQueryData(["session"], session);
        navigate(next, { replace: true });
      } catch (error) {
        setFailure(reasonOf(error, words, "code" in secret));
        setBusy(false);
      }
    },
    [client, navigate, next, words],
  );
  return { signIn, busy, failure, setFailure };
}

/** A token, or a one-time link whose code stands behind the hash and so in no log. */
export function LoginPage() {
  const words = useWords();
  const { signIn, busy, failure, setFailure } = useLogin();
  const [token, setToken] = useState("");
  const code = useRef(codeOf(window.location.hash));
  useEffect(() => {
    document.title = `${words.pages.login} \u2013 ${words.product}`;
    const once = code.current;
    if (once === null) return;
    code.current = null;
    window.history.replaceState(null, "", window.location.pathname + window.location.search);
    void signIn({ code: once });
  }, [signIn, words]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim() === "") setFailure(words.login.empty);
    else void signIn({ token: token.trim() });
  };
  return (
    <main className={classes.page}>
      <form className={classes.form} onSubmit={submit}>
        <div className={classes.brand}>
          <Logo />
          <h1>{words.product}</h1>
        </div>
        <PasswordInput
          label={words.login.token}
          description={words.login.hint}
          placeholder={"bp_\u2026"}
          autoComplete="current-password"
          autoFocus
          value={token}
          error={failure}
          onChange={(event) => setToken(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy}>
          {words.login.submit}
        </Button>
      </form>
    </main>
  );
}
