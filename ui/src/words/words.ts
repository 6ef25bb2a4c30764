import { createContext, useContext } from "react";
import { en, type Words } from "./en.ts";

export type Language = "en" | "de";

/** The words of a language with the locale its numbers and dates are written in. */
export interface Speech {
  language: Language;
  locale: string;
  words: Words;
}

const LOCALES: Record<Language, string> = { en: "en-GB", de: "de-DE" };

/** English is in the first load; another language is fetched when it is chosen. */
export async function loadSpeech(language: Language): Promise<Speech> {
  const words = language === "de" ? (await import("./de.ts")).de : en;
  return { language, locale: LOCALES[language], words };
}

export const ENGLISH: Speech = { language: "en", locale: LOCALES.en, words: en };

export const SpeechContext = createContext<Speech>(ENGLISH);

export function useSpeech(): Speech {
  return useContext(SpeechContext);
}

export function useWords(): Words {
  return useSpeech().words;
}
