import { Component, type ReactNode } from "react";
import { ErrorBox } from "./ErrorBox.tsx";

/** Keeps a failing page from taking the shell down with it. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return <ErrorBox error={error} retry={() => this.setState({ error: null })} wholePage />;
  }
}
