/** Brings the WebAssembly files of the parsers; the core does not know where they lie. */
export interface GrammarLoader {
  /** The tree-sitter runtime itself. */
  loadRuntime(): Promise<Uint8Array>;
  loadGrammar(name: 'bash' | 'c'): Promise<Uint8Array>;
}
