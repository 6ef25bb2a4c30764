import { keepPreviousData, QueryClient, useQuery } from "@tanstack/react-query";
import { ApiProblem, call } from "./client.ts";

const SECOND = 1000;

/** One client per page; a request that can succeed later is tried twice more. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10 * SECOND,
        refetchOnWindowFocus: false,
        retry: (failures, error) =>
          error instanceof ApiProblem && error.retryable && error.status !== 429 && failures < 2,
        retryDelay: (attempt) => 500 * 2 ** attempt,
      },
    },
  });
}

export function useSession() {
  return useQuery({
    queryKey: ["session"],
    queryFn: ({ signal }) => call("get", "/api/v1/session", { signal }),
    staleTime: 60 * SECOND,
  });
}

export function useInfo() {
  return useQuery({
    queryKey: ["info"],
    queryFn: ({ signal }) => call("get", "/api/v1/info", { signal }),
    refetchInterval: 10 * SECOND,
  });
}

export function usePlant() {
  return useQuery({
    queryKey: ["plant"],
    queryFn: ({ signal }) => call("get", "/api/v1/plant", { signal }),
    staleTime: 30 * SECOND,
    refetchInterval: 60 * SECOND,
  });
}

/** Every tag, declared or only written, with what is stored of it. */
export function useTags() {
  return useQuery({
    queryKey: ["tags"],
    queryFn: ({ signal }) => call("get", "/api/v1/tags", { signal, query: { limit: 100_000 } }),
    staleTime: 30 * SECOND,
    refetchInterval: 60 * SECOND,
  });
}

export function useLast(globs: readonly string[]) {
  return useQuery({
    queryKey: ["last", globs],
    queryFn: ({ signal }) => call("get", "/api/v1/last", { signal, query: { tag: [...globs] } }),
    refetchInterval: 10 * SECOND,
    enabled: globs.length > 0,
    placeholderData: keepPreviousData,
  });
}

export function useInitiatives() {
  return useQuery({
    queryKey: ["initiatives"],
    queryFn: ({ signal }) => call("get", "/api/v1/initiatives", { signal }),
    staleTime: 60 * SECOND,
  });
}

export function useInitiative(name: string) {
  return useQuery({
    queryKey: ["initiatives", name],
    queryFn: ({ signal }) => call("get", "/api/v1/initiatives/{name}", { signal, path: { name } }),
    staleTime: 60 * SECOND,
  });
}

export function useCoverage(
  globs: readonly string[],
  from: number,
  to: number,
  cells: number,
  enabled: boolean,
) {
  return useQuery({
    queryKey: ["coverage", globs, from, to, cells],
    queryFn: ({ signal }) =>
      call("get", "/api/v1/coverage", {
        signal,
        query: { tag: [...globs], from: String(from), to: String(to), cells },
      }),
    enabled,
    placeholderData: keepPreviousData,
  });
}

export function useDeadLetters(query: { tag?: string; source?: string; limit: number }) {
  return useQuery({
    queryKey: ["dead-letters", query],
    queryFn: ({ signal }) => call("get", "/api/v1/dead-letters", { signal, query }),
    refetchInterval: 30 * SECOND,
    placeholderData: keepPreviousData,
  });
}

export function useSqlSchema() {
  return useQuery({
    queryKey: ["sql-schema"],
    queryFn: ({ signal }) => call("get", "/api/v1/sql/schema", { signal }),
    staleTime: 600 * SECOND,
  });
}
