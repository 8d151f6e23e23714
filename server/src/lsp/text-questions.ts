import { type CompareFilesParams, method } from '@vermagic/shared';
import {
  CodeLensRefreshRequest,
  CompletionItemKind,
  type Connection,
  type DocumentSymbol,
  ErrorCodes,
  MarkupKind,
  ResponseError,
  type ServerCapabilities,
  SymbolKind,
  type TextDocumentPositionParams,
} from 'vscode-languageserver';
import { limits } from '../limits.ts';
import type { Ports } from '../ports/ports.ts';
import { compareFiles } from '../service/file-comparison.ts';
import type { LintInput } from '../service/lint-document.ts';
import type { TextAnswers } from '../service/text-answers.ts';
import type { OutlineEntry, OutlineKind } from '../service/text-outline.ts';
import { byUri } from './convert.ts';
import type { TextFeatures } from './text-features.ts';

export const questionCapabilities: ServerCapabilities = {
  hoverProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  renameProvider: true,
  completionProvider: { triggerCharacters: ['=', ',', '_'] },
  codeLensProvider: {},
  documentLinkProvider: {},
  documentSymbolProvider: true,
  workspaceSymbolProvider: true,
};

/** Binds the questions about a place in an open text to their answers. */
export function listenToQuestions(connection: Connection, features: TextFeatures, answers: TextAnswers): void {
  const input = (uri: string): LintInput | undefined => {
    const document = features.document(uri);
    return document && { uri, languageId: document.languageId, text: document.getText() };
  };
  /** The answer for an open document, `empty` for any other. */
  const about = async <T>(uri: string, empty: T, ask: (document: LintInput) => Promise<T>): Promise<T> => {
    const document = input(uri);
    return document ? ask(document) : empty;
  };
  const at = <T>({ textDocument }: TextDocumentPositionParams, empty: T, ask: (document: LintInput) => Promise<T>) =>
    about(textDocument.uri, empty, ask);

  connection.onHover((params) =>
    at(params, null, async (document) => {
      const hover = await answers.hover(document, params.position);
      return hover ? { range: hover.range, contents: { kind: MarkupKind.Markdown, value: hover.contents } } : null;
    }),
  );
  connection.onDefinition((params) =>
    at(params, [], async (document) => [...(await answers.definition(document, params.position))]),
  );
  connection.onReferences((params) =>
    at(params, [], async (document) => [...(await answers.references(document, params.position))]),
  );
  connection.onRenameRequest((params) =>
    at(params, null, async (document) => {
      const edits = await answers.rename(document, params.position, params.newName);
      if (typeof edits === 'string') throw new ResponseError(ErrorCodes.InvalidRequest, edits);
      return { changes: byUri(edits) };
    }),
  );
  connection.onCompletion((params) =>
    at(params, [], async (document) =>
      (await answers.completions(document, params.position)).map(({ label, detail, range, newText, filterText }) => ({
        label,
        detail,
        ...(filterText !== undefined && { filterText }),
        kind: CompletionItemKind.EnumMember,
        textEdit: { range, newText },
      })),
    ),
  );
  connection.onCodeLens(({ textDocument }) =>
    about(textDocument.uri, [], async (document) =>
      (await answers.lenses(document)).map(({ range, title, openUri }) => ({
        range,
        command: openUri ? { title, command: 'vermagic.inspectModule', arguments: [openUri] } : { title, command: '' },
      })),
    ),
  );
  connection.onDocumentLinks(({ textDocument }) =>
    about(textDocument.uri, [], async (document) =>
      (await answers.links(document)).map(({ range, uri, tooltip }) => ({ range, target: uri, tooltip })),
    ),
  );
  connection.onDocumentSymbol(({ textDocument }) =>
    about(textDocument.uri, [], async (document) => answers.outline(document).map(toDocumentSymbol)),
  );
  connection.onWorkspaceSymbol(async ({ query }) =>
    (await answers.symbols(query)).map(({ name, container, uri, range }) => ({
      name,
      kind: SymbolKind.Function,
      containerName: container,
      location: { uri, range },
    })),
  );
}

/** Two files of the build side for the diff editor; the text of an open one counts before what is on disk. */
export function listenToComparisons(connection: Connection, features: TextFeatures, ports: Ports): void {
  connection.onRequest(method.compareFiles, async ({ uri, with: other }: CompareFilesParams) => {
    const document = features.document(uri);
    const bytes = document
      ? undefined
      : await ports.files.readFile(uri, limits.textBytes).catch(() => new Uint8Array());
    const text = document?.getText() ?? new TextDecoder().decode(bytes);
    const language = document ? { languageId: document.languageId } : {};
    const compared = await compareFiles(ports, { uri, text, ...language }, other);
    if (typeof compared === 'string') throw new ResponseError(ErrorCodes.InvalidRequest, compared);
    return compared;
  });
}

/** Verdicts changed: the lines above the texts are asked for again. */
export function refreshLenses(connection: Connection): void {
  void connection.sendRequest(CodeLensRefreshRequest.type).catch(() => undefined);
}

const symbolKinds: Readonly<Record<OutlineKind, SymbolKind>> = {
  module: SymbolKind.Module,
  object: SymbolKind.Object,
  folder: SymbolKind.Package,
  variable: SymbolKind.Variable,
  section: SymbolKind.Namespace,
  symbol: SymbolKind.Constant,
};

function toDocumentSymbol({ name, detail, kind, range, selection, children }: OutlineEntry): DocumentSymbol {
  return {
    name: name === '' ? '?' : name,
    detail,
    kind: symbolKinds[kind],
    range,
    selectionRange: selection,
    children: children.map(toDocumentSymbol),
  };
}
