import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { ENGLISH, type Language, loadSpeech, type Speech, SpeechContext } from "../words/words.ts";

/** What a person chose for this browser; kept here and never sent. */
const LANGUAGE_KEY = "bedplate.language";

interface Settings {
  language: Language;
  setLanguage: (language: Language) => void;
}

const SettingsContext = createContext<Settings>({ language: "en", setLanguage: () => {} });

/** The first language of a list, as browsers write them (`de-AT`), that there are words for. */
export function languageOf(wanted: readonly string[]): Language {
  const known = wanted.map((tag) => tag.toLowerCase().split("-")[0]);
  return known.find((tag) => tag === "de" || tag === "en") === "de" ? "de" : "en";
}

function firstLanguage(): Language {
  const chosen = remembered(LANGUAGE_KEY);
  return chosen === "de" || chosen === "en" ? chosen : languageOf(navigator.languages);
}

export function useSettings(): Settings {
  return useContext(SettingsContext);
}

export function remembered(key: string): string | null {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null; // a browser may forbid storage; then nothing is remembered
  }
}

export function remember(key: string, value: string): void {
  try {
    window.localStorage.setItem(key, value);
  } catch {
    // as above
  }
}

export function SettingsProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage);
  const [speech, setSpeech] = useState(language === "en" ? ENGLISH : null);
  useEffect(() => {
    let current = true;
    const show = (loaded: Speech) => {
      if (current) setSpeech(loaded);
    };
    loadSpeech(language).then(show, () => show(ENGLISH));
    document.documentElement.lang = language;
    return () => {
      current = false;
    };
  }, [language]);
  const settings = useMemo(() => {
    const choose = (next: Language) => {
      remember(LANGUAGE_KEY, next);
      setLanguage(next);
    };
    return { language, setLanguage: choose };
  }, [language]);
  // Nothing is said in one language and then again in another.
  if (speech === null) return null;
  return (
    <SettingsContext.Provider value={settings}>
      <SpeechContext.Provider value={speech}>{children}</SpeechContext.Provider>
    </SettingsContext.Provider>
  );
}
