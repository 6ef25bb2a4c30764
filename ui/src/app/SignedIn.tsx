import { useMemo, useState } from "react";
import { Navigate, useLocation } from "react-router";
import { ApiProblem } from "../api/client.ts";
import { useInfo, useSession } from "../api/queries.ts";
import type { Info, Session } from "../api/types.ts";
import { browserStream, LiveContext, useRunningStream } from "../api/useLive.ts";
import { ErrorBox } from "../parts/ErrorBox.tsx";
import { useScope } from "./address.ts";
import { makePlace, PlaceContext, usePlaceAt } from "./place.ts";
import { Shell } from "./shell/Shell.tsx";
import { ShellSkeleton } from "./shell/ShellSkeleton.tsx";

function needsLogin(error: Error | null): boolean {
  return error instanceof ApiProblem && error.status === 401;
}

/** Lets a person in who has a session; sends others to the login page and back afterwards. */
export function SignedIn() {
  const session = useSession();
  const info = useInfo();
  const location = useLocation();
  if (needsLogin(session.error) || needsLogin(info.error)) {
    const next = location.pathname + location.search;
    return <Navigate to={`/login?next=${encodeURIComponent(next)}`} replace />;
  }
  if (session.data && info.data) return <Inside session={session.data} info={info.data} />;
  const failed = [session, info].find((query) => query.error);
  if (failed?.error) {
    return <ErrorBox error={failed.error} retry={() => void failed.refetch()} wholePage />;
  }
  return <ShellSkeleton />;
}

function Inside({ session, info }: { session: Session; info: Info }) {
  const [stream] = useState(browserStream);
  useRunningStream(stream);
  const place = useMemo(() => makePlace(info, session), [info, session]);
  return (
    <PlaceContext.Provider value={place}>
      <LiveContext.Provider value={stream}>
        <Scoped />
      </LiveContext.Provider>
    </PlaceContext.Provider>
  );
}

/** Everything under the scope of the address, with its times in the zone of that scope. */
function Scoped() {
  const { scope } = useScope();
  const place = usePlaceAt(scope);
  return (
    <PlaceContext.Provider value={place}>
      <Shell />
    </PlaceContext.Provider>
  );
}
