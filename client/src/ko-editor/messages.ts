import type { ModuleReport } from '@vermagic/shared';

/** The buttons of the page: commands of package.json that take the module's URI. */
export type PageCommand =
  | 'vermagic.selectTarget'
  | 'vermagic.showVermagicDifference'
  | 'vermagic.showCrcDifference'
  | 'vermagic.copyReport'
  | 'vermagic.openAsHex'
  | 'vermagic.rebuildInContainer'
  | 'vermagic.restartServer'
  | 'vermagic.showLog';

/** Editor → page. */
export type ToPage =
  | { readonly type: 'report'; readonly report: ModuleReport }
  /** The file is gone or is no file. */
  | { readonly type: 'gone' }
  /** No answer could be had; `message` says why. */
  | { readonly type: 'failed'; readonly message: string };

/** Page → editor. */
export type FromPage =
  /** The script runs: send what there is. Comes again whenever the page was hidden and is shown. */
  | { readonly type: 'ready' }
  | { readonly type: 'command'; readonly command: PageCommand }
  | { readonly type: 'copy'; readonly text: string };
