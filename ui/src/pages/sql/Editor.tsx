import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { type SQLNamespace, StandardSQL, sql } from "@codemirror/lang-sql";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags as t } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import type { SqlSchema } from "../../api/types.ts";
import { useWords } from "../../words/words.ts";
import classes from "./sql.module.css";

const highlight = HighlightStyle.define([
  { tag: t.keyword, color: "var(--accent)" },
  { tag: [t.string, t.special(t.string)], color: "var(--code-string)" },
  { tag: t.number, color: "var(--code-number)" },
  { tag: t.comment, color: "var(--faint)", fontStyle: "italic" },
]);

const look = EditorView.theme({
  "&": { backgroundColor: "transparent", color: "var(--text)", fontSize: "13px" },
  ".cm-content": { fontFamily: "var(--mono)", caretColor: "var(--text)", padding: "8px 0" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--faint)", border: "none" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused": { outline: "none" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--accent-ground) !important",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--ground)",
    border: "1px solid var(--border)",
    borderRadius: "4px",
    color: "var(--text)",
  },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--accent-ground)",
    color: "var(--text)",
  },
});

/** What completion offers: relations with their columns, and the functions a query may call. */
function language(schema: SqlSchema | undefined) {
  const namespace: SQLNamespace = {};
  for (const relation of schema?.relations ?? []) {
    namespace[relation.name] = relation.columns.map((column) => ({
      label: column.name,
      type: "property",
      detail: column.type.toLowerCase(),
    }));
  }
  const functions = (schema?.functions ?? []).map((name) => ({
    label: name,
    type: "function",
    apply: `${name}(`,
  }));
  return [
    sql({ dialect: StandardSQL, schema: namespace, upperCaseKeywords: true }),
    StandardSQL.language.data.of({
      autocomplete: (context: {
        matchBefore(expression: RegExp): { from: number; to: number } | null;
        explicit: boolean;
      }) => {
        const word = context.matchBefore(/\w+/);
        return word ? { from: word.from, options: functions } : null;
      },
    }),
  ];
}

interface EditorProps {
  value: string;
  onChange: (text: string) => void;
  onRun: () => void;
  schema: SqlSchema | undefined;
  fault: { at: number; message: string } | null;
}

/** CodeMirror for one SQL statement. Ctrl-Enter runs it; Escape then Tab leaves it. */
export function Editor({ value, onChange, onRun, schema, fault }: EditorProps) {
  const words = useWords();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const languageSlot = useRef(new Compartment());
  const latest = useRef({ onChange, onRun, value, label: words.sql.editor });
  latest.current = { onChange, onRun, value, label: words.sql.editor };

  useEffect(() => {
    if (!host.current) return;
    const run = () => {
      latest.current.onRun();
      return true;
    };
    const made = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          Prec.highest(
            keymap.of([
              { key: "Mod-Enter", run },
              { key: "Tab", run: acceptCompletion },
            ]),
          ),
          lineNumbers(),
          history(),
          closeBrackets(),
          autocompletion({ icons: false }),
          keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
          syntaxHighlighting(highlight),
          look,
          placeholder("SELECT \u2026"),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": latest.current.label }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
          languageSlot.current.of([]),
        ],
      }),
    });
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, []);

  useEffect(() => {
    view.current?.dispatch({ effects: languageSlot.current.reconfigure(language(schema)) });
  }, [schema]);

  useEffect(() => {
    const made = view.current;
    if (!made || made.state.doc.toString() === value) return;
    made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    const made = view.current;
    if (!made) return;
    const at = Math.min(fault?.at ?? 0, made.state.doc.length);
    const marks = fault
      ? [
          {
            from: at,
            to: Math.min(made.state.doc.length, at + 1),
            severity: "error" as const,
            message: fault.message,
          },
        ]
      : [];
    made.dispatch(setDiagnostics(made.state, marks));
  }, [fault]);

  return <div ref={host} className={classes.editor} data-testid="sql-editor" />;
}
