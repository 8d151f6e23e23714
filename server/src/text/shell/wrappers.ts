import type { OptionGrammar } from './option-grammar.ts';

/** A program that runs the command among its own arguments. */
export interface Wrapper {
  readonly grammar: OptionGrammar;
  /** Operands of its own before the command. */
  readonly operands: number;
  /** `NAME=value` words may stand before the command. */
  readonly assignments?: boolean;
  /** The command is put together to one text that a shell reads (`ssh`, `watch`). */
  readonly asScript?: boolean;
  /** Without a command it runs a shell, which reads standard input. */
  readonly shellWithoutCommand?: boolean;
  /** Where the command runs; the first own operand tells which. */
  readonly place?: 'chroot' | 'remote' | 'container';
  /** Option whose value is a script (`su -c`). */
  readonly scriptOption?: string;
  /** It stands behind the own operands (`flock FILE -c …`). */
  readonly scriptAfterOperands?: boolean;
  /** Words that must come first (`docker run`), any of them. */
  readonly subcommands?: readonly string[];
  /** Letters that ask about the command instead of running it. */
  readonly questions?: string;
  /** Appends words read from standard input (`xargs`). */
  readonly appendsInput?: boolean;
  /** Where no option names one, these words stand for the input. */
  readonly inputMark?: string;
  /** Words behind which the input stands (`parallel … ::: a b`); four colons lead to files with it. */
  readonly inputBehind?: RegExp;
}

export function grammar(short: string, long: string, more: Partial<OptionGrammar> = {}): OptionGrammar {
  const options: Record<string, 'none' | 'required' | 'optional'> = {};
  for (const item of long.split(/\s+/).filter((name) => name !== '')) {
    const name = item.replace(/=\??$/, '');
    options[name] = item.endsWith('=?') ? 'optional' : item.endsWith('=') ? 'required' : 'none';
  }
  return { short, long: options, permutes: false, abbreviates: true, ...more };
}

const dockerRun = grammar(
  'de:h:il:m:p:tu:v:w:qaPc:',
  'add-host= annotation= attach= blkio-weight= cap-add= cap-drop= cgroup-parent= cgroupns= cidfile= cpu-period= cpu-quota= cpu-shares= cpus= cpuset-cpus= cpuset-mems= detach detach-keys= device= device-cgroup-rule= dns= dns-option= dns-search= domainname= entrypoint= env= env-file= expose= gpus= group-add= health-cmd= health-interval= hostname= init interactive ip= ip6= ipc= isolation= label= label-file= link= log-driver= log-opt= mac-address= memory= memory-swap= mount= name= network= net= network-alias= no-healthcheck oom-kill-disable pid= pids-limit= platform= privileged publish= publish-all pull= quiet read-only restart= rm runtime= security-opt= shm-size= sig-proxy=? stop-signal= stop-timeout= storage-opt= sysctl= tmpfs= tty ulimit= user= userns= uts= volume= volume-driver= volumes-from= workdir= userns= systemd= arch= tz= replace',
  { abbreviates: false },
);
const dockerExec = grammar(
  'de:itu:w:',
  'detach detach-keys= env= env-file= interactive privileged tty user= workdir= index= no-TTY',
  { abbreviates: false },
);
const composeRun = grammar(
  'de:iTv:p:l:u:w:P',
  'build cap-add= detach entrypoint= env= interactive label= name= no-TTY no-deps publish= pull= quiet-pull remove-orphans rm service-ports use-aliases user= volume= workdir= index= privileged',
  { abbreviates: false },
);

export const containerRun: Wrapper = { grammar: dockerRun, operands: 1, place: 'container' };
export const containerExec: Wrapper = { grammar: dockerExec, operands: 1, place: 'container' };
export const composeExec: Wrapper = { grammar: composeRun, operands: 1, place: 'container' };

const none = grammar('', '');

/** By program name; from the manuals of the programs. */
export const wrappers: Readonly<Record<string, Wrapper>> = {
  sudo: {
    grammar: grammar(
      'AbBEeHhiKklNnPSsVvC:D:g:p:R:r:T:t:U:u:',
      'askpass background bell close-from= chdir= preserve-env=? edit group= set-home help host= login remove-timestamp reset-timestamp list no-update non-interactive preserve-groups prompt= chroot= role= stdin shell type= command-timeout= other-user= user= version validate',
    ),
    operands: 0,
    assignments: true,
    shellWithoutCommand: true,
    questions: 'lveKV',
  },
  doas: { grammar: grammar('C:Lnsu:a:', ''), operands: 0, shellWithoutCommand: true },
  env: {
    grammar: grammar(
      'i0u:C:S:v',
      'ignore-environment null unset= chdir= split-string= block-signal=? default-signal=? ignore-signal=? list-signal-handling debug argv0= help version',
    ),
    operands: 0,
    assignments: true,
  },
  nice: { grammar: grammar('n:0123456789', 'adjustment= help version'), operands: 0 },
  ionice: { grammar: grammar('c:n:p:P:u:tVh', 'class= classdata= pid= pgid= uid= ignore help version'), operands: 0 },
  chrt: {
    grammar: grammar(
      'abdfiormT:P:D:RpvhV',
      'all-tasks batch deadline fifo idle other rr max pid sched-runtime= sched-period= sched-deadline= reset-on-fork verbose help version',
    ),
    operands: 1,
  },
  taskset: { grammar: grammar('apchV', 'all-tasks pid cpu-list help version'), operands: 1 },
  timeout: {
    grammar: grammar('k:s:vfp', 'kill-after= signal= foreground preserve-status verbose help version'),
    operands: 1,
  },
  xargs: {
    grammar: grammar(
      '0oprtxa:d:E:e::I:i::L:l::n:P:s:',
      'null arg-file= delimiter= eof=? replace=? max-lines=? max-args= max-procs= max-chars= interactive no-run-if-empty open-tty verbose exit show-limits process-slot-var= help version',
    ),
    operands: 0,
    appendsInput: true,
  },
  parallel: {
    grammar: grammar(
      'j:kn:N:I:a:0X',
      'jobs= keep-order max-args= halt= bar tag null colsep= retries= will-cite line-buffer',
    ),
    operands: 0,
    asScript: true,
    appendsInput: true,
    inputMark: '{}',
    inputBehind: /^:{3,4}\+?$/,
  },
  exec: { grammar: grammar('a:cl', ''), operands: 0 },
  command: { grammar: grammar('pvV', ''), operands: 0, questions: 'vV' },
  builtin: { grammar: none, operands: 0 },
  nohup: { grammar: grammar('', 'help version'), operands: 0 },
  setsid: { grammar: grammar('cfwhV', 'ctty fork wait help version'), operands: 0 },
  stdbuf: { grammar: grammar('i:o:e:', 'input= output= error= help version'), operands: 0 },
  time: { grammar: grammar('apqvVf:o:', 'append format= output= portability quiet verbose help version'), operands: 0 },
  strace: {
    grammar: grammar(
      'CcDdfFhikqrtTvVwxyzZa:b:e:E:I:n:o:O:p:P:s:S:u:U:X:',
      'output= follow-forks trace= string-limit= user= summary summary-only',
    ),
    operands: 0,
  },
  eatmydata: { grammar: none, operands: 0 },
  fakeroot: { grammar: grammar('l:s:i:uhvb:', 'lib= faked= unknown-is-real'), operands: 0 },
  unbuffer: { grammar: grammar('p', ''), operands: 0 },
  setarch: {
    grammar: grammar(
      'BFILRSTXZhvp:',
      '32bit fdpic-funcptrs short-inode addr-compat-layout addr-no-randomize whole-seconds sticky-timeouts read-implies-exec mmap-page-zero 3gb 4gb uname-2.6 verbose',
    ),
    operands: 1,
  },
  flock: {
    grammar: grammar(
      'senoFuw:E:hVc:',
      'shared exclusive nonblock nb close no-fork unlock wait= timeout= conflict-exit-code= verbose command=',
    ),
    operands: 1,
    scriptOption: 'c',
    scriptAfterOperands: true,
  },
  pkexec: { grammar: grammar('', 'user= keep-cwd disable-internal-agent help version'), operands: 0 },
  watch: {
    grammar: grammar(
      'bcdeghn:pq:rtwx',
      'beep color differences=? errexit chgexit interval= precise equexit= no-rerun no-title no-wrap exec',
    ),
    operands: 0,
    asScript: true,
  },
  chroot: {
    grammar: grammar('', 'groups= userspec= skip-chdir help version'),
    operands: 1,
    place: 'chroot',
    shellWithoutCommand: true,
  },
  'arch-chroot': { grammar: grammar('hNru:S', ''), operands: 1, place: 'chroot', shellWithoutCommand: true },
  'in-target': { grammar: grammar('', 'pass-stdout'), operands: 0, place: 'chroot' },
  schroot: {
    grammar: grammar(
      'bc:d:eihlpqr:s:u:v',
      'chroot= directory= user= begin-session run-session end-session session-name= preserve-environment quiet',
    ),
    operands: 0,
    place: 'chroot',
  },
  'systemd-nspawn': {
    grammar: grammar(
      'D:M:i:x:u:S:p:U:E:L:Z:abhjqn',
      'directory= image= machine= user= bind= bind-ro= setenv= capability= pipe quiet ephemeral boot as-pid2 console= register= resolv-conf= timezone= link-journal= private-users= volatile=? network-veth tmpfs= chdir=',
      { abbreviates: false },
    ),
    operands: 0,
    place: 'container',
    shellWithoutCommand: true,
  },
  nsenter: {
    grammar: grammar(
      'at:m::u::i::n::p::C::U::T::r::w::S:G:FZeh',
      'all target= mount=? uts=? ipc=? net=? pid=? cgroup=? user=? time=? root=? wd=? setuid= setgid= preserve-credentials no-fork env',
    ),
    operands: 0,
    shellWithoutCommand: true,
  },
  unshare: {
    grammar: grammar(
      'm::u::i::n::p::U::C::T::fr::cR:w:S:G:',
      'mount=? uts=? ipc=? net=? pid=? user=? cgroup=? time=? fork map-root-user mount-proc=? root= wd=',
    ),
    operands: 0,
    shellWithoutCommand: true,
  },
  'systemd-run': {
    grammar: grammar(
      'dGH:M:p:PqrSt',
      'user system scope unit= property= description= slice= uid= gid= nice= working-directory= setenv= pty pipe quiet on-active= on-boot= on-calendar= on-startup= wait collect no-block remain-after-exit same-dir service-type= send-sighup shell host= machine=',
    ),
    operands: 0,
  },
  'systemd-inhibit': { grammar: grammar('', 'what= who= why= mode= list no-pager'), operands: 0 },
  su: {
    grammar: grammar(
      'c:fg:G:hlmPps:w:',
      'command= session-command= fast group= supp-group= login preserve-environment pty shell= whitelist-environment=',
      { permutes: true },
    ),
    operands: 9,
    scriptOption: 'c',
    shellWithoutCommand: true,
  },
  runuser: {
    grammar: grammar('c:fg:G:lmps:u:', 'command= group= login preserve-environment shell= user='),
    operands: 0,
    scriptOption: 'c',
  },
  gosu: { grammar: none, operands: 1 },
  setpriv: {
    grammar: grammar(
      'dh',
      'reuid= regid= groups= clear-groups keep-groups init-groups inh-caps= ambient-caps= bounding-set= no-new-privs reset-env',
    ),
    operands: 0,
  },
  script: {
    grammar: grammar(
      'ac:efqt::I:O:B:T:m:E:o:',
      'append command= return flush force quiet log-in= log-out= log-io= log-timing= timing=?',
      { permutes: true },
    ),
    operands: 9,
    scriptOption: 'c',
  },
  ssh: {
    grammar: grammar('46AaCfGgKkMNnqsTtVvXxYyB:b:c:D:E:e:F:I:i:J:L:l:m:O:o:P:p:Q:R:S:W:w:', ''),
    operands: 1,
    asScript: true,
    place: 'remote',
    shellWithoutCommand: true,
  },
  sshpass: { grammar: grammar('p:f:d:P:vehV', ''), operands: 0 },
  autossh: {
    grammar: grammar('46AaCfGgKkMNnqsTtVvXxYyB:b:c:D:E:e:F:I:i:J:L:l:m:O:o:p:Q:R:S:W:w:', ''),
    operands: 1,
    asScript: true,
    place: 'remote',
  },
  adb: { grammar: grammar('s:t:H:P:de', ''), operands: 0, asScript: true, place: 'remote', subcommands: ['shell'] },
  busybox: { grammar: none, operands: 0 },
  toybox: { grammar: none, operands: 0 },
  'dbus-run-session': { grammar: grammar('', 'config-file= dbus-daemon='), operands: 0 },
  'xvfb-run': {
    grammar: grammar(
      'ac:e:f:hln:p:s:w:',
      'auto-servernum error-file= auth-file= listen-tcp server-num= xauth-protocol= server-args= wait=',
    ),
    operands: 0,
  },
  catchsegv: { grammar: none, operands: 0 },
  retry: { grammar: grammar('t:d:', 'times= delay= until= attempts= max='), operands: 0 },
};

/** Programs that run a command in a container. */
export const containerTools: ReadonlySet<string> = new Set([
  'docker',
  'podman',
  'nerdctl',
  'docker-compose',
  'lxc',
  'kubectl',
  'lxc-attach',
]);

/** Programs that read a script: their `-c` text, a file, or standard input. */
export const shells: ReadonlySet<string> = new Set([
  'sh',
  'bash',
  'dash',
  'ash',
  'ksh',
  'mksh',
  'zsh',
  'rbash',
  'hush',
]);

export const shellGrammar: OptionGrammar = grammar(
  'abcefhiklmnprstuvxBCDEHPO:o:',
  'rcfile= init-file= login noprofile norc posix verbose restricted debugger dump-strings version help',
  { abbreviates: false },
);
