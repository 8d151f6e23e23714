import { type WorkspaceConfiguration, workspace } from 'vscode';

/** All settings are read by the server; the editor side only writes the choice of a target. */
export function section(): WorkspaceConfiguration {
  return workspace.getConfiguration('vermagic');
}
