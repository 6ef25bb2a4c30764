import { useComputedColorScheme } from "@mantine/core";
import type { Scheme } from "./palette.ts";

export function useScheme(): Scheme {
  return useComputedColorScheme("light", { getInitialValueInEffect: false });
}
