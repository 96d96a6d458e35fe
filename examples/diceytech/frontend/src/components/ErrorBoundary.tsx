import { Component, type ErrorInfo, type ReactNode } from 'react';

/** Says so when a page cannot be shown, instead of an empty window. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch(error: Error, info: ErrorInfo) {
    console.error(error, info.componentStack);
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <div className="state" role="alert">
        <h1>This page did not load</h1>
        <p>A part of DiceyTech is missing or broken. Loading the page again usually helps.</p>
        <button className="button" type="button" onClick={() => location.reload()}>
          Load again
        </button>
      </div>
    );
  }
}
