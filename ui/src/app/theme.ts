import { Button, createTheme, type MantineColorsTuple } from "@mantine/core";

const blue: MantineColorsTuple = [
  "#e9f0fb",
  "#cfdff6",
  "#a6c4f0",
  "#86b4fb",
  "#6ea8fe",
  "#4c86e2",
  "#2f6fd0",
  "#1d5fc4",
  "#184fa3",
  "#123d7f",
];

/** Mantine's greys of the dark scheme, lightest first, in the tones of the house. */
const dark: MantineColorsTuple = [
  "#e6e9ed",
  "#c4cad2",
  "#a3acb8",
  "#6b7583",
  "#2b313a",
  "#262c34",
  "#1b1f26",
  "#14171c",
  "#101318",
  "#0b0d11",
];

export const theme = createTheme({
  primaryColor: "blue",
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  colors: { blue, dark },
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--mono)",
  fontSizes: { xs: "12px", sm: "14px", md: "14px", lg: "16px", xl: "20px" },
  lineHeights: { xs: "16px", sm: "20px", md: "20px", lg: "24px", xl: "28px" },
  spacing: { xs: "4px", sm: "8px", md: "12px", lg: "16px", xl: "24px" },
  radius: { xs: "2px", sm: "4px", md: "4px", lg: "4px", xl: "4px" },
  defaultRadius: "sm",
  focusRing: "auto",
  respectReducedMotion: true,
  components: {
    Button: Button.extend({
      defaultProps: { fw: 500 },
      // White on the light scheme's blue, near black on the dark one's.
      vars: (_theme, { variant = "filled" }) => ({
        root: variant === "filled" ? { "--button-color": "var(--accent-text)" } : {},
      }),
    }),
  },
});
