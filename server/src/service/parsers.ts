import { Language, Parser } from 'web-tree-sitter';
import type { GrammarLoader } from '../ports/grammar-loader.ts';
import type { Logger } from '../ports/logger.ts';
import { ShellParser } from '../text/shell/shell-parser.ts';

export interface TextParsers {
  readonly shell?: ShellParser;
  readonly c?: Parser;
}

/** The parsers of the languages, loaded when the first text asks. A grammar that cannot be loaded is logged and left out. */
export class LazyParsers {
  readonly #loader: GrammarLoader;
  readonly #logger: Logger;
  #loading: Promise<TextParsers> | undefined;

  constructor(loader: GrammarLoader, logger: Logger) {
    this.#loader = loader;
    this.#logger = logger;
  }

  get(): Promise<TextParsers> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<TextParsers> {
    // The shell parser initialises the runtime, which must happen once and before the others.
    const shell = await this.#orLog('bash', () => ShellParser.create(this.#loader));
    const c = shell && (await this.#orLog('C', () => this.#parser('c')));
    return { ...(shell ? { shell } : {}), ...(c ? { c } : {}) };
  }

  async #parser(grammar: 'c'): Promise<Parser> {
    const language = await Language.load(await this.#loader.loadGrammar(grammar));
    const parser = new Parser();
    parser.setLanguage(language);
    return parser;
  }

  async #orLog<T>(name: string, load: () => Promise<T>): Promise<T | undefined> {
    try {
      return await load();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#logger.error(`The ${name} grammar cannot be loaded: ${reason}. Files of that language are not checked.`);
      return undefined;
    }
  }
}
