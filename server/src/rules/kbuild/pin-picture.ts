import type { TextRange } from '../../findings/finding.ts';

/** What a pinned value says of the kernel. `undefined`: something else (a toolchain, an image) that has a name. */
export type PinRole = 'version' | 'extraversion' | 'localversion' | 'release' | 'vermagic' | 'preempt' | 'package';

/** `changelog`: the version of a kernel's Debian package. `host`: a workflow, compose file, unit or the like. */
export type PinSource = 'env' | 'manifest' | 'vermagic' | 'script' | 'makefile' | 'dockerfile' | 'changelog' | 'host';

/** One place where the project writes a version down. */
export interface Pin {
  /** The variable or JSON key; for a bare EXPECTED_VERMAGIC file its name. */
  readonly name: string;
  readonly role: PinRole | undefined;
  /** With references to other pins put in; `undefined` when only a shell could tell. */
  readonly value: string | undefined;
  /** As written, without quotes. */
  readonly raw: string;
  readonly uri: string;
  readonly nameRange: TextRange;
  /** Of the value, without quotes. */
  readonly range: TextRange;
  readonly source: PinSource;
  /** `${NAME:-value}` and Dockerfile ARG: holds only where nobody says otherwise. */
  readonly isDefault: boolean;
  /** A LOCALVERSION that make sees for certain: an argument, or exported. */
  readonly isGiven: boolean;
}

/** A use of a pinned name: `$KERNEL_BASE_VERSION` in a script. */
export interface PinUse {
  readonly name: string;
  readonly uri: string;
  /** The name alone, without `$` and braces. */
  readonly range: TextRange;
}

export interface KnownPin extends Pin {
  readonly value: string;
}

/** Two places that cannot both be right. */
export interface PinConflict {
  /** The one to look at. */
  readonly pin: KnownPin;
  /** The one it disagrees with: the more trusted. */
  readonly other: KnownPin;
  readonly rule: 'pins-inconsistent' | 'localversion-drift';
  /** What `pin` would have to be; `undefined` when it cannot be told. */
  readonly expected: string | undefined;
  readonly message: string;
  /** It misleads people, not the loader. */
  readonly isMild: boolean;
}

/** Every version that the workspace writes down, joined. */
export interface PinPicture {
  readonly pins: readonly Pin[];
  readonly uses: readonly PinUse[];
  readonly conflicts: readonly PinConflict[];
  /** The most trusted value of a role. */
  pinned(role: PinRole): KnownPin | undefined;
  /** Every place that gives `name` a value, the most trusted first. */
  definitions(name: string): readonly Pin[];
  /** Every assignment of a name, also of one that nothing pins (`KDIR`); values are not expanded. */
  assignments(name: string): readonly Omit<Pin, 'value'>[];
}
