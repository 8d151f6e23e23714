import type { FileKind } from '../file-kind.ts';
import type { MappedText } from '../source-map.ts';
import { cloudInitScripts } from './cloud-init-scripts.ts';
import { composeScripts } from './compose-scripts.ts';
import { dockerfileScripts } from './dockerfile-scripts.ts';
import type { EmbeddedScript } from './embedded-script.ts';
import { gitlabScripts } from './gitlab-scripts.ts';
import { makefileScripts } from './makefile-scripts.ts';
import { markdownScripts } from './markdown-scripts.ts';
import { modprobeConfScripts } from './modprobe-conf-scripts.ts';
import { systemdScripts } from './systemd-scripts.ts';
import { workflowScripts } from './workflow-scripts.ts';

/** Everything that a file runs, in the order of the file. A shell script is its own and only script. */
export function embeddedScripts(kind: FileKind, host: MappedText): readonly EmbeddedScript[] {
  switch (kind) {
    case 'shell':
      return [{ script: host }];
    case 'dockerfile':
      return dockerfileScripts(host);
    case 'github-workflow':
    case 'github-action':
      return workflowScripts(host);
    case 'gitlab-ci':
      return gitlabScripts(host);
    case 'compose':
      return composeScripts(host);
    case 'cloud-init':
      return host.text.startsWith('#!') ? [{ script: host }] : cloudInitScripts(host);
    case 'systemd-unit':
      return systemdScripts(host);
    case 'makefile':
    case 'kbuild':
      return makefileScripts(host);
    case 'modprobe-conf':
      return modprobeConfScripts(host);
    case 'markdown':
      return markdownScripts(host);
    default:
      return [];
  }
}
