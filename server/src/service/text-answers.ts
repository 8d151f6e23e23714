import type { Location, TextEdit, TextRange } from '../findings/finding.ts';
import { rulePage } from '../findings/registry.ts';
import { parseSymvers } from '../kernel/symvers.ts';
import type { Ports } from '../ports/ports.ts';
import { parentUri, relativePath, uriPath } from '../ports/uri.ts';
import type { RuleContext } from '../rules/text-rule.ts';
import { parseDotConfigSyntax } from '../text/dot-config-syntax.ts';
import type { FileKind } from '../text/file-kind.ts';
import type { KconfigTree } from '../text/kconfig-tree.ts';
import { LineIndex } from '../text/line-index.ts';
import { configReferences } from './config-references.ts';
import { configSurroundings } from './config-surroundings.ts';
import { configVermagic } from './config-vermagic.ts';
import { completeConfigLine, configDefinitions, configSymbolAt, hoverConfigSymbol } from './config-view.ts';
import { completeExtraSymbols } from './kbuild-completion.ts';
import { type OutlinedModule, outlineKbuild } from './kbuild-outline.ts';
import { kindOf, type LintInput } from './lint-document.ts';
import { pinDefinitions, pinnedNameAt, pinReferences, renamePin } from './pins-navigation.ts';
import { hoverRelease, releaseOfConfig } from './release-hover.ts';
import { hoverScript, type TextHover } from './script-hover.ts';
import { completeSuppression } from './suppression-completion.ts';
import { hoverExport, symversLine } from './symvers-view.ts';
import { type OutlineEntry, outlineText } from './text-outline.ts';
import type { TextWorkspace } from './text-workspace.ts';
import { shortVerdict, verdictTitle, type WorkspaceModules } from './workspace-modules.ts';
import { type FoundSymbol, findExports } from './workspace-symbols.ts';

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Completion {
  readonly label: string;
  readonly detail: string;
  readonly range: TextRange;
  readonly newText: string;
  /** What typed letters are compared with, when that is not the label. */
  readonly filterText?: string;
}

/** A line above the text, with what a click does; without a command it only tells. */
export interface Lens {
  readonly range: TextRange;
  readonly title: string;
  readonly openUri?: string;
}

export interface Link {
  readonly range: TextRange;
  readonly uri: string;
  readonly tooltip: string;
}

const configKinds: readonly FileKind[] = ['dot-config', 'kconfig', 'kbuild', 'makefile', 'c-source'];

/** What the editor asks about a place in a text: hover, definition, completion, lenses, links. One entry a question. */
export class TextAnswers {
  readonly #ports: Ports;
  readonly #texts: TextWorkspace;
  readonly #modules: WorkspaceModules;

  constructor(ports: Ports, texts: TextWorkspace, modules: WorkspaceModules) {
    this.#ports = ports;
    this.#texts = texts;
    this.#modules = modules;
  }

  async hover(input: LintInput, position: Position): Promise<TextHover | undefined> {
    const kind = kindOf(input);
    if (kind === undefined) return undefined;
    const context = await this.#texts.context(input.uri);
    if (kind === 'symvers') return this.#hoverSymvers(input, position);
    const script = hoverScript(input, position, context) ?? (await hoverRelease(input, position, context));
    if (script || !configKinds.includes(kind)) return script;
    const symbol = configSymbolAt(lineOf(input, position), position.line, position.character, kind === 'kconfig');
    if (!symbol) return undefined;
    const contents = await hoverConfigSymbol({
      name: symbol.name,
      tree: await this.#kconfig(input),
      targets: await this.#texts.targets(),
      files: this.#ports.files,
      ...(kind === 'dot-config' ? { configText: input.text } : {}),
    });
    if (contents === undefined) return undefined;
    const release = await this.#releaseOfConfig(input, symbol.name, context);
    return { range: symbol.range, contents: release === undefined ? contents : `${contents}\n\n${release}` };
  }

  async #releaseOfConfig(input: LintInput, symbol: string, context: RuleContext): Promise<string | undefined> {
    if (kindOf(input) !== 'dot-config' || !/^LOCALVERSION(?:_AUTO)?$/.test(symbol)) return undefined;
    const { settings } = parseDotConfigSyntax(input.text);
    const localVersion = settings.get('LOCALVERSION')?.value ?? '';
    const auto = settings.get('LOCALVERSION_AUTO')?.value === 'y';
    return releaseOfConfig(input.uri, { localVersion, auto }, context, this.#ports.files);
  }

  async definition(input: LintInput, position: Position): Promise<readonly Location[]> {
    const kind = kindOf(input);
    if (kind === undefined) return [];
    const { pins } = await this.#texts.context(input.uri);
    const pinned = pins && pinnedNameAt(pins, input.uri, position.line, position.character);
    if (pins && pinned !== undefined) return pinDefinitions(pins, pinned);
    const { symbol, tree } = await this.#configSymbol(input, position);
    return symbol && tree ? configDefinitions(tree, symbol) : [];
  }

  async references(input: LintInput, position: Position): Promise<readonly Location[]> {
    const { pins } = await this.#texts.context(input.uri);
    const name = pins && pinnedNameAt(pins, input.uri, position.line, position.character);
    if (pins && name !== undefined) return pinReferences(pins, name);
    const { symbol, tree } = await this.#configSymbol(input, position);
    return symbol && tree ? configReferences(this.#ports.files, tree, symbol) : [];
  }

  /** Edits, or in one sentence why there are none. */
  async rename(input: LintInput, position: Position, newName: string): Promise<readonly TextEdit[] | string> {
    const { pins } = await this.#texts.context(input.uri);
    const name = pins && pinnedNameAt(pins, input.uri, position.line, position.character);
    if (!pins || name === undefined) return 'Only names pinned in versions.env and its kin can be renamed.';
    return renamePin(pins, name, newName);
  }

  async completions(input: LintInput, position: Position): Promise<readonly Completion[]> {
    const kind = kindOf(input);
    if (kind === undefined) return [];
    const line = lineOf(input, position);
    const at = (start: number, end: number): TextRange => ({
      start: { line: position.line, character: start },
      end: { line: position.line, character: end },
    });
    const rules = completeSuppression(line, position.character);
    if (rules.length > 0) {
      return rules.map(({ rule, summary, start, end }) => ({
        label: rule,
        detail: summary,
        range: at(start, end),
        newText: rule,
      }));
    }
    const before = line.slice(0, position.character);
    if (kind === 'kbuild' || kind === 'makefile') {
      const { providers } = await this.#texts.context(input.uri);
      return completeExtraSymbols(input.uri, before, providers ?? []).map(({ label, detail, start, newText }) => ({
        label,
        detail,
        range: at(start, position.character),
        newText,
        filterText: newText,
      }));
    }
    const tree = kind === 'dot-config' ? await this.#kconfig(input) : undefined;
    if (!tree) return [];
    const word = /[^\s=]*$/.exec(before)?.[0].length ?? 0;
    return completeConfigLine(tree, before).map(({ label, detail, insert }) => ({
      label,
      detail,
      range: at(position.character - word, position.character),
      newText: insert,
    }));
  }

  async lenses(input: LintInput): Promise<readonly Lens[]> {
    const kind = kindOf(input);
    const top = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    if (kind === 'dot-config') {
      const { targets, pins } = await this.#texts.context(input.uri);
      const made = configVermagic(
        input.text,
        targets ?? [],
        pins,
        await configSurroundings(this.#ports.files, input.uri),
      );
      return made ? [{ range: top, title: made.title }] : [];
    }
    if (kind !== 'kbuild' && kind !== 'makefile') return [];
    const modules = await outlineKbuild(this.#ports.files, input.uri, input.text);
    const { workspaceUri } = await this.#texts.context(input.uri);
    const lines = modules.map((module) => module.range.start.line);
    return Promise.all(
      modules.map((module) => {
        const alone = lines.filter((line) => line === module.range.start.line).length === 1;
        return this.#moduleLens(module, alone ? (workspaceUri ?? parentUri(input.uri)) : undefined);
      }),
    );
  }

  /**
   * About the module beside the file, or else about one of its name elsewhere in the workspace: installed into a root file
   * system. In few words where the line has several modules, for which there is no `folder`.
   */
  async #moduleLens({ name, range, moduleUri, built }: OutlinedModule, folder: string | undefined): Promise<Lens> {
    const uri = built ? moduleUri : this.#modules.modulesNamed(name)[0];
    const summary = uri === undefined ? null : await this.#modules.moduleSummary(uri);
    if (uri === undefined || summary === null) return { range, title: `${name} is not built` };
    if (folder === undefined) return { range, title: shortVerdict(name, summary), openUri: uri };
    const elsewhere = built ? '' : ` · ${relativePath(folder, parentUri(uri))}`;
    return { range, title: `${verdictTitle(name, summary)}${elsewhere}`, openUri: uri };
  }

  outline(input: LintInput): readonly OutlineEntry[] {
    const kind = kindOf(input);
    return kind === undefined ? [] : outlineText(kind, input.text);
  }

  /** Exported symbols of the workspace's providers and targets. */
  async symbols(query: string): Promise<readonly FoundSymbol[]> {
    const { providers = [], targets = [] } = await this.#texts.context('');
    const exported = targets.flatMap(({ symbols }) => (symbols ? [symbols] : []));
    return findExports([...providers.map(({ table }) => table), ...exported], query);
  }

  async links(input: LintInput): Promise<readonly Link[]> {
    const kind = kindOf(input);
    if (kind === undefined) return [];
    const links: Link[] = [];
    if (kind === 'kbuild' || kind === 'makefile') {
      for (const { parts } of await outlineKbuild(this.#ports.files, input.uri, input.text)) {
        for (const { range, sourceUri } of parts) {
          if (sourceUri) links.push({ range, uri: sourceUri, tooltip: 'The source of this object' });
        }
      }
    }
    const lines = new LineIndex(input.text);
    for (const match of input.text.matchAll(/vermagic[ \t]+disable[ \t]*=[ \t]*([\w-]+)/g)) {
      const rule = match[1] ?? '';
      const start = match.index + match[0].length - rule.length;
      links.push({
        range: lines.range(start, start + rule.length),
        uri: rulePage(rule),
        tooltip: `What ${rule} means`,
      });
    }
    return links;
  }

  async #hoverSymvers(input: LintInput, position: Position): Promise<TextHover | undefined> {
    const line = lineOf(input, position);
    const found = symversLine(line, position.line);
    if (!found) return undefined;
    const targets = await this.#texts.targets();
    const table = parseSymvers(line, { label: uriPath(input.uri), uri: input.uri }).value;
    // Its own target has the same CRC: that says nothing.
    const others = targets.filter((target) => !target.dependsOn.includes(input.uri));
    const contents = hoverExport(found.symbol, table, others, await this.#modules.importersOf(found.symbol));
    return contents === undefined ? undefined : { range: found.range, contents };
  }

  async #configSymbol(input: LintInput, position: Position) {
    const kind = kindOf(input);
    const found =
      kind !== undefined && configKinds.includes(kind)
        ? configSymbolAt(lineOf(input, position), position.line, position.character, kind === 'kconfig')
        : undefined;
    return { symbol: found?.name, tree: found && (await this.#kconfig(input)) };
  }

  async #kconfig(input: LintInput): Promise<KconfigTree | undefined> {
    const { kconfig } = await this.#texts.context(input.uri);
    if (kindOf(input) === 'dot-config') return kconfig?.treeOf(input.uri, parseDotConfigSyntax(input.text));
    const [target] = await this.#texts.targets();
    return kconfig?.treeAround(input.uri, target?.architecture?.value.name);
  }
}

function lineOf(input: LintInput, position: Position): string {
  return new LineIndex(input.text).lineText(position.line);
}
