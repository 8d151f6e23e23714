import { isWithin, uriPath } from '../../ports/uri.ts';
import { parseKbuild } from '../../text/kbuild-syntax.ts';
import { evaluateMake, type MakeEvaluation, type MakeFile } from '../../text/make-evaluation.ts';
import { type KbuildFacts, readText } from './kbuild-facts.ts';

/** What the file comes to with the files of the project that it includes. */
export async function evaluateWithIncludes(facts: KbuildFacts): Promise<MakeEvaluation> {
  const steps = evaluateMake(facts.syntax, uriPath(facts.folder));
  let file: MakeFile | undefined;
  for (;;) {
    const step = steps.next(file);
    if (step.done) return step.value;
    file = await includedFile(facts, step.value);
  }
}

async function includedFile(facts: KbuildFacts, path: string): Promise<MakeFile | undefined> {
  const uri = facts.resolve(path);
  if (uri === undefined || !isWithin(facts.workspaceUri ?? facts.folder, uri)) return undefined;
  const text = await readText(facts.files, uri);
  return text === undefined ? undefined : { uri, syntax: parseKbuild(text) };
}
