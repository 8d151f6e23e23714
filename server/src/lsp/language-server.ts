import {
  type DifferenceParams,
  type ModuleReportParams,
  type ModuleSummaryParams,
  method,
  type SelectTargetParams,
  type TrustNotification,
} from '@vermagic/shared';
import {
  type Connection,
  DidChangeConfigurationNotification,
  type InitializeParams,
  TextDocumentSyncKind,
} from 'vscode-languageserver';
import type { Ports } from '../ports/ports.ts';
import { Session } from '../service/session.ts';
import { defaultSettings, readSettings } from '../service/settings.ts';
import { TextAnswers } from '../service/text-answers.ts';
import { TextWorkspace } from '../service/text-workspace.ts';
import { VerifiedFindings } from '../service/verified-findings.ts';
import { guardedProcesses, WorkspaceTrust } from '../service/workspace-trust.ts';
import { ModulePublisher } from './module-publisher.ts';
import { PipelineFeatures } from './pipeline-features.ts';
import { TextFeatures } from './text-features.ts';
import { listenToComparisons, listenToQuestions, questionCapabilities, refreshLenses } from './text-questions.ts';
import { VerifyFeatures, type VerifyRunner } from './verify-features.ts';
import { watchFiles } from './watched-files.ts';

/** What differs between the server's platforms. */
export interface Platform {
  readonly ports: Ports;
  readonly version: string;
  /** Modules of the running machine's kernel, e.g. `file:///lib/modules/6.1.0`; absent where there is none. */
  readonly runningKernelUri?: string;
  /** Program and first arguments that run our command line, for the gates of build phases. */
  readonly cliCommand?: readonly string[];
  /** Absent where there are no threads: then trees are not verified. */
  readonly verify?: VerifyRunner;
}

/** Binds the language server protocol to a session: this is all the protocol there is. */
export function serve(connection: Connection, platform: Platform): void {
  const trust = new WorkspaceTrust();
  // Whatever asks for a program, in a workspace that is not trusted none starts.
  const { processes } = platform.ports;
  const ports: Ports = processes
    ? { ...platform.ports, processes: guardedProcesses(processes, trust) }
    : platform.ports;
  const session = new Session(ports, platform.runningKernelUri);
  let client: InitializeParams | undefined;
  const texts = new TextWorkspace(ports, () => session.surroundings());
  const answers = new TextAnswers(ports, texts, session);
  const verified = new VerifiedFindings();
  let publisher: ModulePublisher | undefined;
  let features: TextFeatures | undefined;
  let pipeline: PipelineFeatures | undefined;
  let settings = defaultSettings;

  connection.onInitialize((params) => {
    client = params;
    trust.set((params.initializationOptions as { trusted?: unknown } | undefined)?.trusted);
    const related = params.capabilities.textDocument?.publishDiagnostics?.relatedInformation ?? false;
    publisher = new ModulePublisher(connection, session, related, (uri) => verified.of(uri));
    const { version, verify: run } = platform;
    if (run !== undefined) {
      const publish = (uris: readonly string[]) => void publisher?.publish(uris);
      new VerifyFeatures({ connection, session, ports, version, run, findings: verified, publish, client }).listen();
    }
    features = new TextFeatures(connection, session, texts, params);
    features.listen();
    const { cliCommand } = platform;
    pipeline = new PipelineFeatures({ connection, session, ports, client: params, cliCommand, trust });
    pipeline.listen();
    listenToQuestions(connection, features, answers);
    listenToComparisons(connection, features, ports);
    return {
      serverInfo: { name: 'vermagic', version: platform.version },
      capabilities: {
        ...features.capabilities,
        ...questionCapabilities,
        textDocumentSync: TextDocumentSyncKind.Incremental,
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    };
  });

  connection.onInitialized(async () => {
    const capabilities = client?.capabilities.workspace;
    if (capabilities?.didChangeWatchedFiles?.dynamicRegistration) await watchFiles(connection);
    if (capabilities?.didChangeConfiguration?.dynamicRegistration) {
      await connection.client.register(DidChangeConfigurationNotification.type, { section: 'vermagic' });
    }
    if (capabilities?.workspaceFolders) {
      connection.workspace.onDidChangeWorkspaceFolders(async () => {
        await session.open((await connection.workspace.getWorkspaceFolders())?.map((folder) => folder.uri) ?? []);
      });
    }
    await readConfiguration();
    await session.open(foldersOf(client));
    await pipeline?.trustChanged();
  });

  connection.onDidChangeConfiguration(readConfiguration);

  async function readConfiguration(): Promise<void> {
    if (!client?.capabilities.workspace?.configuration) return;
    const { settings: read, problems } = readSettings(
      await connection.workspace.getConfiguration('vermagic'),
      settings,
    );
    settings = read;
    for (const problem of problems) connection.console.warn(`Setting ignored: ${problem}`);
    await session.configure(settings);
  }

  session.onChange((change) => {
    void connection.sendNotification(method.status, session.status());
    if (change === undefined) return;
    if (client?.capabilities.workspace?.codeLens?.refreshSupport) refreshLenses(connection);
    void connection.sendNotification(method.modulesChanged, { uris: change });
    if (change === null) void features?.refresh();
    pipeline?.changed(change);
    void publisher?.publish(change).then(() => connection.sendNotification(method.status, session.status()));
  });

  connection.onDidChangeWatchedFiles(({ changes }) => {
    const uris = changes.map((change) => change.uri);
    texts.filesChanged(uris);
    void publisher?.publish(verified.filesChanged(uris));
    pipeline?.changed(uris);
    return session.filesChanged(uris);
  });
  connection.onNotification(method.trust, ({ trusted }: TrustNotification) => {
    trust.set(trusted);
    return pipeline?.trustChanged();
  });
  connection.onRequest(method.targets, () => session.targets());
  connection.onRequest(method.selectTarget, ({ name }: SelectTargetParams) => session.selectTarget(name));
  connection.onRequest(method.moduleReport, ({ uri }: ModuleReportParams) => session.moduleReport(uri));
  connection.onRequest(method.moduleSummary, ({ uri }: ModuleSummaryParams) => session.moduleSummary(uri));
  connection.onRequest(method.difference, ({ uri, kind }: DifferenceParams) => session.difference(uri, kind));
  connection.listen();
}

function foldersOf(params: InitializeParams | undefined): string[] {
  const folders = params?.workspaceFolders?.map((folder) => folder.uri);
  if (folders && folders.length > 0) return folders;
  return params?.rootUri ? [params.rootUri] : [];
}
