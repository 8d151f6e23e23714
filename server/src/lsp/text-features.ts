import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type Connection,
  type Diagnostic,
  DocumentDiagnosticReportKind,
  type InitializeParams,
  type ServerCapabilities,
  TextDocuments,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Finding } from '../findings/finding.ts';
import { fixAll } from '../service/fix-all.ts';
import type { Session } from '../service/session.ts';
import type { TextWorkspace } from '../service/text-workspace.ts';
import { byUri, toCodeAction, toDiagnostic } from './convert.ts';

const fixAllKind = `${CodeActionKind.SourceFixAll}.vermagic`;

/** What one version of a document was found to hold. */
interface Checked {
  readonly version: number;
  readonly findings: readonly Finding[];
}

/**
 * Findings and quick fixes of open text documents. A client that pulls diagnostics asks for them; to others they are
 * pushed after every change.
 */
export class TextFeatures {
  readonly #connection: Connection;
  readonly #session: Session;
  readonly #texts: TextWorkspace;
  readonly #documents = new TextDocuments(TextDocument);
  readonly #checked = new Map<string, Promise<Checked>>();
  readonly #pulls: boolean;
  readonly #related: boolean;
  readonly #refreshes: boolean;

  constructor(connection: Connection, session: Session, texts: TextWorkspace, client: InitializeParams) {
    this.#connection = connection;
    this.#session = session;
    this.#texts = texts;
    const { textDocument, workspace } = client.capabilities;
    this.#pulls = textDocument?.diagnostic !== undefined;
    this.#related =
      textDocument?.publishDiagnostics?.relatedInformation ?? textDocument?.diagnostic?.relatedDocumentSupport ?? false;
    this.#refreshes = workspace?.diagnostics?.refreshSupport ?? false;
  }

  get capabilities(): ServerCapabilities {
    return {
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, fixAllKind] },
      ...(this.#pulls
        ? { diagnosticProvider: { identifier: 'vermagic', interFileDependencies: true, workspaceDiagnostics: false } }
        : {}),
    };
  }

  listen(): void {
    this.#documents.onDidChangeContent(async ({ document }) => {
      const othersToo = await this.#texts.textChanged(document.uri, document.getText());
      if (othersToo) await this.refresh();
      else if (!this.#pulls) await this.#push(document.uri);
    });
    this.#documents.onDidClose(({ document }) => {
      this.#checked.delete(document.uri);
      void this.#texts.textClosed(document.uri);
      if (!this.#pulls) void this.#connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
    });
    this.#documents.listen(this.#connection);
    if (this.#pulls) {
      this.#connection.languages.diagnostics.on(async ({ textDocument }) => ({
        kind: DocumentDiagnosticReportKind.Full,
        items: await this.#diagnostics(textDocument.uri),
      }));
    }
    this.#connection.onCodeAction((params) => this.#codeActions(params));
  }

  document(uri: string): TextDocument | undefined {
    return this.#documents.get(uri);
  }

  /** Targets, settings or other files changed: what was found before counts no more. */
  async refresh(): Promise<void> {
    this.#checked.clear();
    if (this.#pulls && this.#refreshes) this.#connection.languages.diagnostics.refresh();
    else if (!this.#pulls) for (const document of this.#documents.all()) await this.#push(document.uri);
  }

  /** `undefined` for a document that is not open. */
  async findings(uri: string): Promise<readonly Finding[] | undefined> {
    const document = this.#documents.get(uri);
    if (!document) return undefined;
    let pending = this.#checked.get(uri);
    if (!pending || (await pending).version !== document.version) {
      pending = this.#check(document);
      this.#checked.set(uri, pending);
    }
    return (await pending).findings;
  }

  async #check(document: TextDocument): Promise<Checked> {
    const { uri, version, languageId } = document;
    await this.#session.ready;
    return { version, findings: await this.#texts.findings({ uri, languageId, text: document.getText() }) };
  }

  async #diagnostics(uri: string): Promise<Diagnostic[]> {
    return ((await this.findings(uri)) ?? []).map((finding) => toDiagnostic(finding, this.#related));
  }

  async #push(uri: string): Promise<void> {
    const version = this.#documents.get(uri)?.version;
    const diagnostics = await this.#diagnostics(uri);
    if (version === undefined || this.#documents.get(uri)?.version !== version) return;
    await this.#connection.sendDiagnostics({ uri, version, diagnostics });
  }

  async #codeActions({ textDocument, range, context }: CodeActionParams): Promise<CodeAction[]> {
    const findings = (await this.findings(textDocument.uri)) ?? [];
    const wanted = (kind: string) =>
      !context.only || context.only.some((only) => kind === only || kind.startsWith(`${only}.`));
    const actions: CodeAction[] = [];
    if (wanted(CodeActionKind.QuickFix)) {
      for (const finding of findings) {
        const found = finding.where?.range;
        if (!found || isBefore(found.end, range.start) || isBefore(range.end, found.start)) continue;
        const diagnostic = toDiagnostic(finding, false);
        for (const fix of finding.fixes ?? []) actions.push(toCodeAction(fix, diagnostic));
      }
    }
    const kind = fixAllKind;
    if (wanted(kind)) {
      const edits = fixAll(findings);
      if (edits.length > 0)
        actions.push({ title: 'Fix all Vermagic findings in this file', kind, edit: { changes: byUri(edits) } });
    }
    return actions;
  }
}

function isBefore(one: { line: number; character: number }, two: { line: number; character: number }): boolean {
  return one.line < two.line || (one.line === two.line && one.character < two.character);
}
