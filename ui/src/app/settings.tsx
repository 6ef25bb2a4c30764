import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { ENGLISH, type Language, loadSpeech, type Speech, SpeechContext } from "../words/words.ts";

/** What a person chose for this browser; kept here and never sent. */
const LANGUAGE_KEY = "bedplate.language";

interface Settings {
  language: Language;
  setLanguage: (language: Language) => void;
}

const SettingsContext = createContext<Settings>({ language: "en", setLanguage: () => {} });

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
  const [language, setLanguage] = useState<Language>(() =>
    remembered(LANGUAGE_KEY) === "de" ? "de" : "en",
  );
  const [speech, setSpeech] = useState<Speech>(ENGLISH);
  useEffect(() => {
    let current = true;
    void loadSpeech(language).then((loaded) => {
      if (current) setSpeech(loaded);
    });
    document.documentElement.lang = language;
    remember(LANGUAGE_KEY, language);
    return () => {
      current = false;
    };
  }, [language]);
  const settings = useMemo(() => ({ language, setLanguage }), [language]);
  return (
    <SettingsContext.Provider value={settings}>
      <SpeechContext.Provider value={speech}>{children}</SpeechContext.Provider>
    </SettingsContext.Provider>
  );
}
