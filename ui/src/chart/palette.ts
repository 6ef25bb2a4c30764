/** Colours of charts; canvases cannot read CSS variables, so they live here once for both. */

export type Scheme = "light" | "dark";

/** Contrast of at least 3.3 on their ground and pairwise apart for every kind of colour sight. */
const SERIES: Record<Scheme, readonly string[]> = {
  light: ["#0F315C", "#672C0E", "#2F9C79", "#DF15AC", "#6C27D8", "#7F8311"],
  dark: ["#4C8DF2", "#B8793A", "#5BE8B4", "#DB3F95", "#E3B5F2", "#C3E86A"],
};

export interface ChartColours {
  ground: string;
  raised: string;
  border: string;
  grid: string;
  text: string;
  muted: string;
  accent: string;
  warning: string;
  bad: string;
  gain: string;
  loss: string;
}

const COLOURS: Record<Scheme, ChartColours> = {
  light: {
    ground: "#FFFFFF",
    raised: "#F6F7F9",
    border: "#E3E6EA",
    grid: "#EEF0F3",
    text: "#1A1D21",
    muted: "#5C6570",
    accent: "#1D5FC4",
    warning: "#B96A00",
    bad: "#C0262D",
    gain: "#2F9C79",
    loss: "#DF15AC",
  },
  dark: {
    ground: "#14171C",
    raised: "#1B1F26",
    border: "#2B313A",
    grid: "#20252C",
    text: "#E6E9ED",
    muted: "#A3ACB8",
    accent: "#6EA8FE",
    warning: "#E0A030",
    bad: "#FF6B6B",
    gain: "#5BE8B4",
    loss: "#DB3F95",
  },
};

export function coloursOf(scheme: Scheme): ChartColours {
  return COLOURS[scheme];
}

/** The colour of the n-th series; beyond the sixth everything is grey. */
export function seriesColour(scheme: Scheme, index: number): string {
  return SERIES[scheme][index] ?? COLOURS[scheme].muted;
}

/** `#RRGGBB` with an opacity of 0 to 1. */
export function withAlpha(colour: string, alpha: number): string {
  const byte = Math.round(alpha * 255)
    .toString(16)
    .padStart(2, "0");
  return `${colour}${byte}`;
}
