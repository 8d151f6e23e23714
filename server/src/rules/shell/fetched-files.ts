import { type OptionGrammar, parseArguments } from '../../text/shell/option-grammar.ts';
import { baseName, type ShellCommand } from '../../text/shell/shell-command.ts';
import { displayOf, patternOf, type Word } from '../../text/shell/word.ts';
import { pathFrom } from '../../text/shell/working-folder.ts';
import { grammar } from '../../text/shell/wrappers.ts';

/** A file, or a folder of files, that came from elsewhere. */
export interface Fetched {
  readonly from: string;
  readonly order: number;
  /** Seen from where the script starts; `undefined` when the script does not say. */
  readonly path: string | undefined;
  /** Base name of the file, or of the folder that was cloned. */
  readonly name: string;
  readonly isFolder: boolean;
  /** What to point at. */
  readonly word: Word;
}

export const moduleFile = /\.ko(\.(xz|gz|zst))?$/;

/** What curl, wget, a clone, or ADD of a Dockerfile bring: folders, and files of the wanted kind. */
export function fetchedBy(command: ShellCommand, wanted = moduleFile): readonly Fetched[] {
  const args = command.argv.slice(1);
  if (command.name === 'git') return cloned(command, args);
  if (command.name === 'ADD') return added(command, args, wanted);
  return /^(curl|wget|aria2c)$/.test(command.name) ? downloaded(command, args, wanted) : [];
}

const gitGrammar = grammar('C:c:pP', 'git-dir= work-tree= no-pager paginate exec-path=? namespace=');
const cloneGrammar = grammar(
  'vqnlsb:o:u:c:j:46',
  'verbose quiet progress no-checkout bare mirror local no-hardlinks shared recurse-submodules=? recursive=? jobs= template= reference= reference-if-able= dissociate origin= branch= upload-pack= depth= shallow-since= shallow-exclude= single-branch no-single-branch no-tags shallow-submodules no-shallow-submodules separate-git-dir= server-option= config= filter= also-filter-submodules remote-submodules sparse bundle-uri= revision=',
  { permutes: true },
);

function cloned(command: ShellCommand, args: readonly Word[]): readonly Fetched[] {
  const { options, operands, firstOperand } = parseArguments(args, gitGrammar);
  if (operands[0]?.value !== 'clone') return [];
  const [url, into] = parseArguments(args.slice(firstOperand + 1), cloneGrammar).operands;
  if (url?.value === undefined) return [];
  const elsewhere = options.find(({ name }) => name === 'C')?.value;
  const folder = elsewhere === undefined ? command.folder : pathFrom(command.folder, elsewhere);
  const name = baseName(url.value.replace(/\/+$/, '')).replace(/\.git$/, '');
  const path = into === undefined ? below(folder, name) : pathFrom(folder, into);
  const own = path === undefined || path === '' ? name : baseName(path);
  return [{ from: url.value, order: command.order, path, name: own, isFolder: true, word: url }];
}

const curlGrammar = grammar(
  'o:OJLsSfkH:d:X:u:A:e:b:c:C:m:r:x:T:vigGI#',
  'output= output-dir= remote-name remote-header-name location silent show-error fail insecure header= data= request= user= user-agent= referer= cookie= cookie-jar= continue-at= max-time= range= proxy= retry= retry-delay= connect-timeout= create-dirs url= compressed progress-bar',
  { permutes: true },
);
const wgetGrammar = grammar(
  'O:P:qcnNvdbi:o:a:t:T:w:e:U:S',
  'output-document= directory-prefix= quiet continue no-clobber timestamping no-verbose no-check-certificate header= user-agent= tries= timeout= input-file= output-file= append-output= show-progress',
  { permutes: true },
);
const ariaGrammar = grammar('o:d:x:s:k:j:cq', 'out= dir= continue=? quiet=?', { permutes: true });
const grammars: Readonly<Record<string, OptionGrammar>> = { curl: curlGrammar, wget: wgetGrammar, aria2c: ariaGrammar };

function downloaded(command: ShellCommand, args: readonly Word[], wanted: RegExp): readonly Fetched[] {
  const { options } = parseArguments(args, grammars[command.name] ?? curlGrammar);
  const optionOf = (...names: readonly string[]): Word | undefined => {
    const option = options.find(({ name }) => names.includes(name));
    return option && (option.value ?? option.word);
  };
  const output = command.name === 'wget' ? optionOf('O', 'output-document') : optionOf('o', 'output', 'out');
  const into = command.name === 'curl' ? optionOf('output-dir') : optionOf('P', 'directory-prefix', 'd', 'dir');
  const folder = into === undefined ? command.folder : pathFrom(command.folder, into);
  return args.flatMap((word): Fetched[] => {
    const url = patternOf(word).replace(/[?#].*$/, '');
    if (word === output || word === into) return [];
    if (!/^(https?|ftp):\/\//.test(url) && !(url.includes('/') && wanted.test(url))) return [];
    const name = baseName(output === undefined ? url : patternOf(output));
    if (!wanted.test(name) && !wanted.test(url)) return [];
    const path = output === undefined ? below(folder, name) : pathFrom(folder, output);
    return [{ from: displayOf(word), order: command.order, path, name, isFolder: false, word: output ?? word }];
  });
}

/** `ADD URL… TARGET` of a Dockerfile: a file, or a repository. */
function added(command: ShellCommand, args: readonly Word[], wanted: RegExp): readonly Fetched[] {
  const words = args.filter((word) => !word.value?.startsWith('--'));
  const target = words.at(-1);
  if (target === undefined) return [];
  const into = pathFrom(command.folder, target);
  return words.slice(0, -1).flatMap((word): Fetched[] => {
    const url = patternOf(word).replace(/[?#].*$/, '');
    if (!/^(https?:\/\/|git@)/.test(url)) return [];
    const isFolder = url.endsWith('.git');
    const named = patternOf(target).endsWith('/') ? url : patternOf(target);
    const name = baseName(isFolder ? url.slice(0, -4) : named);
    if (!isFolder && !wanted.test(name) && !wanted.test(url)) return [];
    const path = isFolder || named !== url ? into : below(into, name);
    return [{ from: displayOf(word), order: command.order, path, name, isFolder, word }];
  });
}

function below(folder: string | undefined, name: string): string | undefined {
  return folder === undefined ? undefined : `${folder}${folder === '' || folder === '/' ? '' : '/'}${name}`;
}
