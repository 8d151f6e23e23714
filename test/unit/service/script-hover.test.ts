import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Policy } from '../../../server/src/rules/policy.ts';
import { hoverScript } from '../../../server/src/service/script-hover.ts';
import { LineIndex } from '../../../server/src/text/line-index.ts';
import { shell } from '../rules/shell/lint-text.ts';

function hover(marked: string, path = 'run.sh'): string | undefined {
  const at = marked.indexOf('¦');
  const text = marked.replace('¦', '');
  const position = new LineIndex(text).positionAt(at);
  return hoverScript({ uri: `file:///p/${path}`, text }, position, { policy: new Policy(), shell })?.contents;
}

describe('hover in scripts', () => {
  it('explains a force flag, also in a Dockerfile', () => {
    assert.match(hover('insmod -¦f x.ko\n') ?? '', /CONFIG_MODULE_FORCE_LOAD/);
    assert.match(
      hover('FROM x\nRUN true && \\\n  modprobe --force-¦vermagic x\n', 'Dockerfile') ?? '',
      /CRCs are still checked/,
    );
    assert.match(hover('rmmod -¦f x\n') ?? '', /in use/);
  });
  it('says why a package is forbidden', () => {
    assert.match(hover('apt-get install git nvidia-l4t-¦kernel\n') ?? '', /forbidden by the policy/);
    assert.equal(hover('apt-get install g¦it nvidia-l4t-kernel\n'), undefined);
  });
  it('explains a module name', () => {
    assert.match(hover('modprobe snd-¦hda\n') ?? '', /snd_hda/);
  });
  it('decodes a taint value', () => {
    const text = hover('[ "$(cat /proc/sys/kernel/tainted)" = 1¦2288 ]\n') ?? '';
    assert.match(text, /taint OE/);
    assert.match(text, /reboot/);
  });
  it('explains a rule in a suppression', () => {
    assert.match(hover('# vermagic disable=force-¦load -- x\ninsmod x.ko\n') ?? '', /error/);
  });
  it('is silent elsewhere', () => {
    assert.equal(hover('echo "insmod -¦f"\n'), undefined);
  });
});
